"""May the portal still call AWS when the undo is due?"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from portal.aws import identity

SPARE = timedelta(minutes=15)
"""For the undo and its retries, after the longest time that the fault may stay."""


def too_short(max_seconds: int) -> tuple[str, ...]:
    """The reason against a start whose undo might find no valid keys, or nothing."""
    ends = identity.ends_at()
    if ends is None or ends >= timezone.now() + timedelta(seconds=max_seconds) + SPARE:
        return ()
    return (
        f"the portal's AWS keys end at {ends:%H:%M} UTC, before the fault's longest time and 15 minutes for its undo: "
        "renew them, or let the portal use a role",
    )
