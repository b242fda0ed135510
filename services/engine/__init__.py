"""Decisions of the catalog: pure functions, standard library only."""
