"""When to end an observation early: stop conditions over the probes, blindness, and the limit of the fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chaos.engine.hypothesis import Outcome, Reading, Tolerance, amount


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement of all probes, `at` seconds after the fault was put in place."""

    at: float
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class StopCondition:
    """Take the fault out as soon as the probe's value leaves the tolerance."""

    probe: str
    tolerance: Tolerance


def tripped(conditions: Sequence[StopCondition], rounds: Sequence[Round], patience: float) -> str:
    """Why the newest round asks to stop, or "".

    `rounds` is oldest first. A value trips at once; a probe of a condition that cannot be read for `patience` seconds
    trips too, because a fault that nobody watches must not stay.
    """
    if not rounds:
        return ""
    newest = {reading.key: reading for reading in rounds[-1].readings}
    for condition in conditions:
        reading = newest.get(condition.probe)
        if reading is None or reading.value is None or condition.tolerance.accepts(reading.value):
            continue
        verb = "fell" if _low(condition, reading.value) else "rose"
        value, wanted = amount(reading.value, reading.unit), condition.tolerance.words(reading.unit)
        return f"Stop condition: {reading.title} {verb} to {value}, the limit is {wanted}."
    return _blind(conditions, rounds, patience)


def _low(condition: StopCondition, value: float) -> bool:
    return condition.tolerance.low is not None and value < condition.tolerance.low


def _blind(conditions: Sequence[StopCondition], rounds: Sequence[Round], patience: float) -> str:
    for key in sorted({condition.probe for condition in conditions}):
        seen = [r.at for r in rounds if any(x.key == key and x.outcome is not Outcome.UNKNOWN for x in r.readings)]
        silent = rounds[-1].at - max(seen, default=0.0)
        if silent >= patience:
            return f"Stop condition: {key} could not be read for {silent:.0f} s."
    return ""


def over_the_limit(seconds_under_fault: float, max_seconds: int) -> str:
    """Why the fault has been in place for too long, or ""."""
    if seconds_under_fault < max_seconds:
        return ""
    return f"The fault was in place for {seconds_under_fault:.0f} s, the limit is {max_seconds} s."
