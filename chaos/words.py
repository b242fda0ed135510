"""How rows are said on pages: state, icon and sentence, never colour alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from chaos.engine.states import ACTIVE, State
from chaos.faults.registry import faults
from chaos.models import ExperimentRun
from chaos.queries import Row

STEPS = (
    (State.CLAIMED, "Claimed", "guards asked"),
    (State.CHECKING, "Checking", "steady state before"),
    (State.INJECTING, "Injecting", "step by step, armed, then applied"),
    (State.OBSERVING, "Observing", "steady state under the fault"),
    (State.ROLLING_BACK, "Rolling back", "undo, then proof"),
    (State.VERIFYING, "Verifying", "steady state after"),
)
VALID_DAYS = 30
"""How long a proof counts; the fact `chaos.proof` expires with it."""
VERDICTS = ("hypothesis", "fault", "recovery", "safety")
VERDICT_ICONS = {"good": "circle-check", "poor": "alert-triangle", "unknown": "circle-dashed"}
STATE_WORDS = {
    State.SCHEDULED: "waits for a worker",
    State.CLAIMED: "asks the guards",
    State.CHECKING: "measures the steady state",
    State.INJECTING: "injects the fault",
    State.OBSERVING: "watches the service under the fault",
    State.ROLLING_BACK: "takes the fault out",
    State.VERIFYING: "measures the steady state after the undo",
    State.UNDO_FAILED: "cannot take the fault out and tries again",
    State.ENDED: "has ended",
    State.BLOCKED: "was blocked",
}


def fault_titles(keys: Iterable[str]) -> str:
    """The titles of these faults, each once, in order."""
    known = {fault.key: fault.title for fault in faults.items()}
    return ", then ".join(dict.fromkeys(known.get(key, key) for key in keys))


@dataclass(frozen=True)
class Said:
    """A state for the tinted square, an icon, a label and a sentence."""

    state: str
    icon: str
    label: str
    sentence: str


def run_said(run: ExperimentRun) -> Said:
    """The verdict of a run in one sentence, or what it is doing."""
    if run.stage is State.BLOCKED:
        return Said("neutral", "hand-stop", "Blocked", f"Blocked before the fault: nothing was changed. {run.reason}")
    if run.stage is State.UNDO_FAILED:
        return Said("poor", "alert-triangle", "Undo failed", "The fault could not be taken out; it is tried again.")
    if run.stage in ACTIVE or run.stage is State.SCHEDULED:
        return Said("fair", "activity", "Running", f"The experiment {STATE_WORDS[run.stage]}.")
    if run.passed:
        return Said(
            "good", "shield-check", "Passed", "Proven: the steady state held, and the service came back by itself."
        )
    verdicts = run.verdicts or {}
    bad = [verdicts[name] for name in VERDICTS if verdicts.get(name, {}).get("state") == "poor"]
    sentence = bad[0]["sentence"] if bad else "Nothing was proven: not every answer is known."
    return Said("poor" if bad else "stale", "alert-triangle" if bad else "circle-dashed", "Not proven", sentence)


def verdict_cells(run: ExperimentRun) -> list[dict[str, Any]]:
    """The four verdicts in order, with state and icon; "not judged yet" where the run is not over."""
    cells = []
    for name in VERDICTS:
        verdict = (run.verdicts or {}).get(name)
        state = verdict["state"] if verdict else "unknown"
        cells.append(
            {
                "name": name.capitalize(),
                "state": {"unknown": "neutral"}.get(state, state),
                "icon": VERDICT_ICONS[state],
                "word": verdict["word"] if verdict else ("blocked" if run.stage is State.BLOCKED else "not judged yet"),
                "sentence": verdict["sentence"] if verdict else "",
            }
        )
    return cells


def row_said(row: Row, deployed: str = "") -> Said:
    """An experiment in a list: running, proven, void since a release, failed, or never tried."""
    if row.running:
        return run_said(row.running)
    if row.last is None:
        plan = "on a schedule, not run yet" if row.experiment.enabled else "planned, not on a schedule"
        return Said("neutral", "circle-dashed", "Not run yet", plan)
    age = (timezone.now() - (row.last.ended_at or row.last.created_at)).days
    said = run_said(row.last)
    if row.last.passed and age >= VALID_DAYS:
        return Said("stale", "clock", "Expired", f"proven {age} days ago: the proof has expired")
    proven = row.last.deployed_version
    if row.last.passed and deployed and proven and proven != deployed:
        return Said("fair", "alert-triangle", "Void", f"proved {proven}, void since {deployed} was released")
    return said


def short(said: Said, row: Row) -> Said:
    """The same for a narrow card: a proof is said by its version and by how fast the service came back."""
    if said.label != "Passed" or row.last is None:
        return said
    version = f"proved {row.last.deployed_version}" if row.last.deployed_version else "proven"
    ended = row.last.ended_at or row.last.created_at
    # A run that passed ends with the first measurement that held again.
    back = f", recovered in {(ended - row.last.removed_at).total_seconds():.0f} s" if row.last.removed_at else ""
    return replace(said, sentence=f"{version}{back}, valid until {ended + timedelta(days=VALID_DAYS):%-d %b}")


def segments(run: ExperimentRun) -> list[dict[str, Any]]:
    """The states as a segment strip: done, running, waiting or failed."""
    order = [state for state, _, _ in STEPS]
    stage = State.ROLLING_BACK if run.stage is State.UNDO_FAILED else run.stage
    if run.stage is State.ENDED:
        at = len(order)
    elif run.stage is State.BLOCKED:
        at = order.index(State.CHECKING) if run.steady_before else 0
    else:
        at = order.index(stage) if stage in order else -1
    return [_segment(run, number, at) for number in range(len(order))]


def _segment(run: ExperimentRun, number: int, at: int) -> dict[str, Any]:
    state, name, share = STEPS[number]
    mark = "done" if number < at else "waiting"
    if number == at:
        mark = "failed" if run.stage in (State.BLOCKED, State.UNDO_FAILED) else "running"
    return {"name": name, "share": share, "note": _note(run, state), "state": mark, "progress": _progress(run, state)}


def _note(run: ExperimentRun, state: State) -> str:
    if state is State.OBSERVING:
        return f"{run.definition['observe_seconds']} s"
    if state is State.VERIFYING:
        return f"up to {run.definition['recover_seconds']} s"
    return ""


def _progress(run: ExperimentRun, state: State) -> int:
    if state is State.OBSERVING and run.injected_at:
        seconds = (timezone.now() - run.injected_at).total_seconds()
        return min(99, round(100 * seconds / max(1.0, float(run.definition["observe_seconds"]))))
    return 50
