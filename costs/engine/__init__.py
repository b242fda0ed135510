"""Decisions with numbers about cost: pure functions over dataclasses, standard library only."""
