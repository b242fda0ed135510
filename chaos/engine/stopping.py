"""When to end an observation early: stop conditions over the probes, blindness, and the limit of the fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chaos.engine.hypothesis import Outcome, Reading, Tolerance, amount

BLIND_ROUNDS = 3
"""An observation that cannot see its own stop conditions this many times in a row is ended."""


@dataclass(frozen=True, slots=True)
class StopCondition:
    """Take the fault out as soon as the probe's value leaves the tolerance."""

    probe: str
    tolerance: Tolerance


def tripped(conditions: Sequence[StopCondition], rounds: Sequence[Sequence[Reading]]) -> str:
    """Why the newest round of readings asks to stop, or "".

    `rounds` is oldest first. Values trip at once; a probe of a condition that stays unknown for BLIND_ROUNDS rounds
    trips too, because a fault that nobody watches must not stay.
    """
    if not rounds:
        return ""
    newest = {reading.key: reading for reading in rounds[-1]}
    for condition in conditions:
        reading = newest.get(condition.probe)
        if reading is not None and reading.value is not None and not condition.tolerance.accepts(reading.value):
            value, wanted = amount(reading.value, reading.unit), condition.tolerance.words(reading.unit)
            return (
                f"Stop condition: {reading.title} fell to {value}, the limit is {wanted}."
                if _low(condition, reading.value)
                else f"Stop condition: {reading.title} rose to {value}, the limit is {wanted}."
            )
    return _blind(conditions, rounds)


def _low(condition: StopCondition, value: float) -> bool:
    return condition.tolerance.low is not None and value < condition.tolerance.low


def _blind(conditions: Sequence[StopCondition], rounds: Sequence[Sequence[Reading]]) -> str:
    watched = {condition.probe for condition in conditions}
    if len(rounds) < BLIND_ROUNDS:
        return ""
    for key in sorted(watched):
        recent = [next((r for r in one if r.key == key), None) for one in rounds[-BLIND_ROUNDS:]]
        if all(r is None or r.outcome is Outcome.UNKNOWN for r in recent):
            return f"Stop condition: {key} could not be read {BLIND_ROUNDS} times in a row."
    return ""


def over_the_limit(seconds_under_fault: float, max_seconds: int) -> str:
    """Why the fault has been in place for too long, or ""."""
    if seconds_under_fault < max_seconds:
        return ""
    return f"The fault was in place for {seconds_under_fault:.0f} s, the limit is {max_seconds} s."
