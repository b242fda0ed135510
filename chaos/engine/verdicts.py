"""The four verdicts of a run, kept apart: a proven recovery says nothing about the hypothesis, and the other way round.

hypothesis  did the steady state stay true under the fault?
fault       was the fault really in place?
recovery    did the steady state come back after the undo?
safety      was the fault taken out in time, without a stop, an abort or a lost worker?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chaos.engine.hypothesis import Outcome, overall


class Ended(StrEnum):
    """Why the observation was over."""

    PLANNED = "planned"
    ABORT = "abort"
    KILL_SWITCH = "kill_switch"
    STOP_CONDITION = "stop_condition"
    LIMIT = "limit"
    CRASH = "crash"
    FAULT_FAILED = "fault_failed"
    GUARD = "guard"


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a run when the fault is out again (or cannot be taken out)."""

    armed: bool
    applied: bool
    undone: bool
    ended: Ended
    stop_reason: str = ""
    during: Sequence[Outcome] = ()
    after: Outcome | None = None
    after_sentence: str = ""
    broken_sentence: str = ""
    """What broke first under the fault."""
    fault_error: str = ""
    fault_seconds: float = 0.0
    max_seconds: int = 0
    undo_attempts: int = 0
    recovered_after: float | None = None
    """Seconds from the undo to the first reading that held."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer: state is "good", "poor" or "unknown", the word names it, the sentence carries it."""

    state: str
    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The four answers of one run."""

    hypothesis: Verdict
    fault: Verdict
    recovery: Verdict
    safety: Verdict

    @property
    def passed(self) -> bool:
        """A run counts as proof only when all four are good."""
        return all(v.state == "good" for v in (self.hypothesis, self.fault, self.recovery, self.safety))


def judge(record: Record) -> Verdicts:
    """Answer all four questions from one record."""
    return Verdicts(_hypothesis(record), _fault(record), _recovery(record), _safety(record))


def _hypothesis(record: Record) -> Verdict:
    if not record.applied:
        return Verdict("unknown", "not tested", "The fault never was in place, so nothing was tested.")
    seen = _from_first_sight(record.during)
    rounds, answer = len(seen), overall(seen)
    if answer is Outcome.BROKEN:
        return Verdict("poor", "broken", record.broken_sentence or "The steady state broke under the fault.")
    if record.ended is not Ended.PLANNED:
        return Verdict("unknown", "cut short", f"The observation was cut short after {_times(rounds)}.")
    if answer is Outcome.UNKNOWN:
        open_rounds = sum(1 for outcome in seen if outcome is Outcome.UNKNOWN)
        text = f"{open_rounds} of {_times(rounds)} could not be read." if rounds else "No data came in under the fault."
        return Verdict("unknown", "unknown", text)
    return Verdict("good", "held", f"The steady state held in all {_times(rounds)}.")


def _from_first_sight(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Metrics arrive late: rounds before the first data point under the fault say nothing about it."""
    first = next((n for n, outcome in enumerate(outcomes) if outcome is not Outcome.UNKNOWN), len(outcomes))
    return list(outcomes[first:])


def _times(rounds: int) -> str:
    return f"{rounds} measurement" if rounds == 1 else f"{rounds} measurements"


def _fault(record: Record) -> Verdict:
    if record.applied and record.ended is Ended.FAULT_FAILED:
        return Verdict("poor", "gone early", record.stop_reason or "The fault did not stay in place.")
    if record.applied:
        return Verdict(
            "good", "in place", f"The fault was in place for {record.fault_seconds:.0f} s, seen by a second look."
        )
    if record.armed:
        why = f": {record.fault_error}" if record.fault_error else ""
        return Verdict("poor", "not proven", f"The fault was armed, but nobody saw it in place{why}.")
    return Verdict("unknown", "not injected", "Nothing was injected.")


def _recovery(record: Record) -> Verdict:
    if not record.armed:
        return Verdict("unknown", "not needed", "Nothing was injected, so there was nothing to recover from.")
    if not record.undone:
        return Verdict("poor", "not undone", "The undo is not proven yet.")
    if record.after is Outcome.HOLDS:
        took = f" {record.recovered_after:.0f} s after the undo" if record.recovered_after is not None else ""
        return Verdict("good", "recovered", f"The steady state holds again{took}.")
    if record.after is Outcome.BROKEN:
        return Verdict("poor", "not recovered", record.after_sentence or "The steady state did not come back.")
    return Verdict("unknown", "unknown", record.after_sentence or "The steady state after the undo could not be read.")


def _safety(record: Record) -> Verdict:
    if record.armed and not record.undone:
        tries = f" after {record.undo_attempts} attempts" if record.undo_attempts else ""
        return Verdict("poor", "undo failed", f"The fault could not be taken out{tries}; it is tried again.")
    if record.max_seconds and record.fault_seconds > record.max_seconds:
        text = f"The fault stayed for {record.fault_seconds:.0f} s, {record.max_seconds} s were allowed."
        return Verdict("poor", "too long", text)
    if record.ended is Ended.CRASH:
        return Verdict("poor", "worker lost", "The worker was lost under the fault; another one took the fault out.")
    guarded = record.ended is Ended.GUARD and record.armed
    if guarded or record.ended in (Ended.ABORT, Ended.KILL_SWITCH, Ended.STOP_CONDITION, Ended.LIMIT):
        word = {Ended.ABORT: "aborted", Ended.KILL_SWITCH: "halted"}.get(record.ended, "stopped")
        reason = record.stop_reason.strip()
        closed = reason if not reason or reason.endswith((".", "!", "?")) else f"{reason}."
        return Verdict("poor", word, f"{closed} The undo is proven.".strip())
    if record.undo_attempts > 1:
        return Verdict("poor", "undo late", f"The undo needed {record.undo_attempts} attempts before it was proven.")
    if not record.armed:
        return Verdict("good", "untouched", "Nothing was changed in AWS.")
    return Verdict("good", "kept", "Taken out in time, and the undo is proven by a second look.")
