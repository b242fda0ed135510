"""What the pages and the report of a game day show."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from chaos import pages, words
from chaos.gamedays.models import ACTION, ENDED, FINDING, NOTE, RUNNING, GameDay

SAID = {
    RUNNING: ("fair", "player-play", "Running"),
    ENDED: ("good", "circle-check", "Ended"),
}
NOTE_LOOKS = {
    NOTE: ("neutral", "message", "Note"), FINDING: ("fair", "bulb", "Finding"), ACTION: ("poor", "checklist", "Action to take"),
}  # fmt: skip


def state_of(row: GameDay) -> tuple[str, str, str]:
    """State, icon and label."""
    return SAID.get(row.state, ("neutral", "calendar", "Planned"))


def when(row: GameDay) -> str:
    """Its beginning on its own clock."""
    local = row.starts_at.astimezone(ZoneInfo(row.zone))
    return f"{local:%a} {local.day} {local:%b %Y %H:%M} ({row.zone})"


def context(row: GameDay) -> dict[str, Any]:
    """Steps with their runs, notes by kind, and a sentence above them."""
    steps = [_step(step) for step in row.steps.select_related("experiment__service", "run__experiment", "run__service")]
    notes: list[dict[str, Any]] = [{"note": note, "look": NOTE_LOOKS[note.kind]} for note in row.notes.all()]
    state, icon, label = state_of(row)
    return {
        "day": row,
        "when": when(row),
        "state": state,
        "icon": icon,
        "label": label,
        "sentence": sentence(row, steps),
        "steps": steps,
        "next": next((step["step"] for step in steps if step["run"] is None), None),
        "busy": any(step["run"] is not None and not step["run"].over for step in steps),
        "people": list(row.people.all()),
        "notes": notes,
        "findings": [one for one in notes if one["note"].kind == FINDING],
        "actions": [one for one in notes if one["note"].kind == ACTION],
        "live": row.state != ENDED,
    }


def _step(step: Any) -> dict[str, Any]:
    run = step.run
    return {
        "step": step,
        "run": run,
        "said": words.run_said(run) if run is not None else None,
        "verdicts": words.verdict_cells(run) if run is not None else [],
        "figures": pages.figures(run) if run is not None and run.over else "",
    }


def sentence(row: GameDay, steps: list[dict[str, Any]]) -> str:
    """What came of it so far."""
    runs = [step["run"] for step in steps if step["run"] is not None]
    if not runs:
        return f"{_counted(len(steps))} planned, none was started."
    passed, over = sum(1 for run in runs if run.passed), sum(1 for run in runs if run.over)
    blocked = sum(1 for run in runs if run.state == "blocked")
    rest = f", {blocked} blocked by guards" if blocked else ""
    return f"{passed} of {_counted(len(steps))} passed, {over} of {len(runs)} started are over{rest}."


def _counted(count: int) -> str:
    return "1 experiment" if count == 1 else f"{count} experiments"
