"""The steps of a method for pages: what is planned and what it would hit, and what a run has done so far."""

from __future__ import annotations

from typing import Any

from chaos import targets
from chaos.engine.method import Step
from chaos.faults.registry import faults
from chaos.models import (
    APPLIED,
    ARMED,
    FAILED,
    PLANNED,
    SKIPPED,
    UNDO_FAILED,
    UNDONE,
    Experiment,
    ExperimentRun,
    RunStep,
)
from portal.changes import engine

ICONS = {"fault": "bolt", "pause": "clock", "probe": "activity"}
LOOKS = {
    PLANNED: ("neutral", "circle-dashed", "planned"),
    ARMED: ("fair", "bolt", "armed"),
    APPLIED: ("fair", "bolt", "in place"),
    SKIPPED: ("neutral", "circle-dashed", "skipped"),
    FAILED: ("poor", "alert-triangle", "failed"),
    UNDONE: ("good", "shield-check", "undone and proven"),
    UNDO_FAILED: ("poor", "alert-triangle", "undo failed, tried again"),
}
"""State, icon and label of a fault's step."""
OTHERS = {ARMED: ("fair", "activity", "under way"), APPLIED: ("good", "circle-check", "done")}
"""The same for steps that change nothing."""


def planned(experiment: Experiment) -> list[dict[str, Any]]:
    """The method of an experiment, each fault with what it would hit."""
    found = []
    for seq, step in enumerate(experiment.steps):
        fault = faults.get(step.fault)
        said = fault.description if fault else _said(step)
        preview = targets.of_step(experiment.preview, seq)
        found.append({"step": step, "icon": ICONS[step.type], "said": said, "preview": preview})
    return found


def stale(experiment: Experiment) -> bool:
    """Whether the targets were looked up for another version of the experiment."""
    preview = experiment.preview or {"steps": []}
    known = targets.digest(experiment.sha256, preview["steps"])
    return bool(preview["steps"]) and known != preview.get("targets_hash")


def _said(step: Step) -> str:
    if step.type == "pause":
        return f"Nothing is done for {step.seconds} s."
    if step.type == "probe":
        return f"{step.probe} is measured once and put on record."
    return f"The fault {step.fault} is not installed."


def walked(run: ExperimentRun) -> list[dict[str, Any]]:
    """The steps of a run, each with its state, its armed change and what it measured."""
    changes = {change.pk: change for change in engine.for_owner(run.owner)}
    steps, found = run.steps, []
    for row in run.step_rows.all():
        state, icon, label = look(row)
        found.append(
            {
                "row": row, "step": steps[row.seq], "icon": ICONS[row.type],
                "state": state, "state_icon": icon, "label": label, "change": changes.get(row.change or 0),
                "preview": targets.of_step(run.preview, row.seq),
            }
        )  # fmt: skip
    return found


def look(row: RunStep) -> tuple[str, str, str]:
    """State, icon and label of one step."""
    return (OTHERS if row.type != "fault" else LOOKS).get(row.state, LOOKS[row.state])
