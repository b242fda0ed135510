"""Fourteen days of hourly metrics, so that cost reviews have something to judge from the first minute."""

from __future__ import annotations

from .parts import Service
from .state import State


def load(state: State, service: Service) -> None:
    """Write the history of one service."""
