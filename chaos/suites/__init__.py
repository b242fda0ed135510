"""Resilience suites: several experiments of one service that run one after the other, again and again."""
