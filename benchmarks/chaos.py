"""Experiments that cannot leave a mess: starts under contention, killed workers, aborts, the kill switch, guards.

On PostgreSQL and Redis with real workers; without them nothing is measured. When a call reached AWS is read at the
embedded AWS itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import chaos_kills, chaos_starts
from benchmarks.figure import Figure
from benchmarks.portal_process import environment
from scripts import machine

SCHEDULERS, SLOTS, TRIES = 8, 500, 1000
FIRST_UNDO, NO_NEW_STEP, UNDO_AFTER_ABORT, DECISION_AGE = 21, 2, 5, 30
"""Seconds."""
REDIS = f"{machine.REDIS_URL.rstrip('/')}/12"


def run() -> Iterator[Figure]:
    """All figures."""
    if {"postgres", "redis"} & machine.missing().keys():
        return
    with environment("postgresql") as variables:
        yield from starts(variables | {"REDIS_URL": REDIS, "PORTAL_PLUGINS": "services,chaos"})
    with environment("postgresql") as variables:
        yield from deaths(variables | {"REDIS_URL": REDIS, "PORTAL_PLUGINS": "services,chaos"})


def starts(variables: dict[str, str]) -> Iterator[Figure]:
    """Each slot once; no start after a halt."""
    raced = chaos_starts.halts(variables, TRIES)
    yield Figure(f"chaos: starts after the halt's commit, of {TRIES} tries", raced["after"], "starts", 0)
    yield Figure("chaos: tries in which the start came first", raced["started"], "tries")
    found = chaos_starts.slots(variables, SCHEDULERS, SLOTS)
    name = f"chaos: {SCHEDULERS} schedulers, {SLOTS} slots, "
    yield Figure(f"{name}slots with exactly one run", found["once"], "slots", SLOTS, more_is_better=True)
    yield Figure(f"{name}runs", found["runs"], "runs", SLOTS)


def deaths(variables: dict[str, str]) -> Iterator[Figure]:
    """Seconds to the first undo after kill -9 at each moment; what an abort stops; how old a guard's decision is."""
    seen = chaos_kills.measure(variables)
    for moment, seconds in seen.first_undo.items():
        yield Figure(f"chaos: kill -9 while {moment}, first undo", round(seconds, 1), "s", FIRST_UNDO)
    worst = max(seen.after_abort)
    yield Figure(f"chaos: abort, first undo, worst of {len(seen.after_abort)}", round(worst, 1), "s", UNDO_AFTER_ABORT)
    yield Figure(f"chaos: abort, steps that began {NO_NEW_STEP} s later", seen.steps_after_abort, "steps", 0)
    name = f"chaos: age of the guards' decision when injecting, worst of {len(seen.decision_age)}"
    yield Figure(name, round(max(seen.decision_age), 2), "s", DECISION_AGE)
