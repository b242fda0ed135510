"""How a resilience suite goes on: one experiment after the other, and no further after the first that was not safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Next(StrEnum):
    """What to do now."""

    WAIT = "wait"
    START = "start"
    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Result:
    """One experiment that was started: `safe` is False as soon as its fault was not taken out as planned."""

    title: str
    over: bool
    passed: bool
    blocked: bool
    safe: bool


def decide(planned: int, results: Sequence[Result]) -> tuple[Next, str]:
    """The next move, and the sentence for it. `results` are those that were started, of `planned` altogether."""
    unsafe = next((one for one in results if not one.safe), None)
    if unsafe is not None:
        return Next.STOPPED, f"“{unsafe.title}” was not safe: nothing after it was started."
    if results and not results[-1].over:
        return Next.WAIT, ""
    if len(results) < planned:
        return Next.START, ""
    weak = [one.title for one in results if not one.passed and not one.blocked]
    blocked = [one.title for one in results if one.blocked]
    if weak:
        return Next.FAILED, f"Not passed: {', '.join(weak)}."
    if blocked:
        return Next.FAILED, f"Blocked by guards, so not tried: {', '.join(blocked)}."
    return Next.PASSED, f"All {planned} experiments passed."
