"""Measurements one after the other, until they have failed, succeeded, or asked for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deployments.engine.thresholds.conditions import NoAnswer
from deployments.engine.thresholds.limits import OFF, Limits

PENDING, RUNNING, SUCCESSFUL, FAILED, ERROR, INCONCLUSIVE = (
    "Pending", "Running", "Successful", "Failed", "Error", "Inconclusive",
)  # fmt: skip
ENDED = (SUCCESSFUL, FAILED, ERROR, INCONCLUSIVE)


@dataclass
class Run:
    """Where a series of measurements stands; ``errors`` and ``streak`` (successes) are those in a row at its end."""

    phase: str = PENDING
    reason: str = "Not measured yet."
    successes: int = 0
    failures: int = 0
    inconclusive: int = 0
    errors: int = 0
    streak: int = 0

    @property
    def measured(self) -> int:
        """Measurements without errors: only these count."""
        return self.successes + self.failures + self.inconclusive


def run(limits: Limits, values: Sequence[float | None]) -> Run:
    """Measure ``values`` in order (None: there was none) and stop at the first end."""
    found = Run()
    for value in values:
        _count(found, outcome(limits, value))
        found.phase, found.reason = _assess(found, limits)
        if found.phase in ENDED:
            break
    return found


def outcome(limits: Limits, value: float | None) -> str:
    """What one measurement comes to. Failure wins where both conditions hold; with both given and neither it is open."""
    if value is None and limits.missing_fails:
        return FAILED
    try:
        success = limits.success(value) if limits.success else None
        failure = limits.failure(value) if limits.failure else None
    except NoAnswer:
        return ERROR
    if failure:
        return FAILED
    if success is None or success:
        return SUCCESSFUL
    return FAILED if failure is None else INCONCLUSIVE


def _count(found: Run, came: str) -> None:
    found.successes += came == SUCCESSFUL
    found.failures += came == FAILED
    found.inconclusive += came == INCONCLUSIVE
    found.errors = found.errors + 1 if came == ERROR else 0
    found.streak = found.streak + 1 if came == SUCCESSFUL else 0


def _assess(found: Run, limits: Limits) -> tuple[str, str]:
    """The phase after a measurement; of several ends the one that is asked last here holds."""
    phase, reason = RUNNING, f"{found.successes} of {found.measured} measurements met the condition."
    if limits.failure_limit != OFF and found.failures > limits.failure_limit:
        phase, reason = FAILED, f"{found.failures} measurements failed, {limits.failure_limit} may."
    if found.inconclusive > limits.inconclusive_limit:
        phase, reason = INCONCLUSIVE, f"{found.inconclusive} measurements were inconclusive."
    if found.errors > limits.consecutive_error_limit:
        phase, reason = ERROR, f"{found.errors} measurements in a row had no answer."
    if phase != RUNNING:
        return phase, reason
    wanted = limits.consecutive_success_limit
    if wanted and found.streak >= wanted:
        return SUCCESSFUL, f"{found.streak} measurements in a row met the condition."
    if limits.count and found.measured >= limits.count:
        if not wanted:
            return SUCCESSFUL, reason
        short = f"{wanted} successes in a row were wanted, {found.streak} came."
        return (INCONCLUSIVE if limits.failure_limit != OFF else FAILED), short
    return RUNNING, reason
