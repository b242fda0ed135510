"""Decisions of the scorecards: pure functions over plain values, standard library only."""
