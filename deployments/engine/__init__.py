"""Decisions with numbers: pure functions over frozen dataclasses, standard library only."""
