"""Decisions of an experiment with numbers in and verdicts out: standard library only, no clock, no database."""
