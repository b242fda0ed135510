"""Days as people choose them, and the instants behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def end_of(day: date) -> datetime:
    """The last second of a day, UTC."""
    return datetime.combine(day, time(23, 59, 59), UTC)
