"""Starts under contention: eight schedulers on the same slots, and a start against the kill switch."""

from __future__ import annotations

from typing import Any

from benchmarks.portal_process import child

PROGRAM = "benchmarks.chaos_races"


def slots(variables: dict[str, str], schedulers: int, slots: int) -> dict[str, int]:
    """All schedulers begin at the same moment on slots that are all due: {"once", "runs", "slots", "claimed"}."""
    child(PROGRAM, variables, "prepare", str(slots))
    claimed = child(PROGRAM, variables, "schedule", str(schedulers))
    counted: dict[str, int] = child(PROGRAM, variables, "count")
    return counted | claimed


def halts(variables: dict[str, str], tries: int) -> dict[str, Any]:
    """{"started", "blocked", "after"}: how the tries ended, and how many started after the halt was committed."""
    found: dict[str, Any] = child(PROGRAM, variables, "halts", str(tries))
    return found
