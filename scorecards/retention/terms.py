"""The settings of retention, in days, and what is wrong with them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from scorecards.models import REASONS, RESULTS

#: Names of the settings by what they are about; 0 keeps it for ever.
SETTINGS = {REASONS: "SCORECARD_REASONS_DAYS", RESULTS: "SCORECARD_RESULTS_DAYS"}
#: Less would take away what the report of the last month and the curve of twelve weeks compare with.
LEAST = 90


def days(kind: str) -> int:
    """How many days this is kept after it ended; 0 for ever."""
    return int(getattr(settings, SETTINGS[kind]))


def until(kind: str, now: datetime) -> datetime | None:
    """What ended up to this instant may go; None where nothing may."""
    kept = days(kind)
    return now - timedelta(days=kept) if kept else None


def problems() -> list[str]:
    """What is wrong with the settings, one sentence each; while there is something, nothing is removed."""
    found = [
        f"{name}={days(kind)}: use 0 (keep for ever) or at least {LEAST} days."
        for kind, name in SETTINGS.items()
        if days(kind) < LEAST and days(kind) != 0
    ]
    if 0 < days(RESULTS) < days(REASONS):
        found.append(
            f"{SETTINGS[REASONS]}={days(REASONS)} is more than {SETTINGS[RESULTS]}={days(RESULTS)}, but an explanation "
            "goes with its result: choose fewer days for it."
        )
    return found
