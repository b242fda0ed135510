"""A rollout in the words and shapes of its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from deployments.engine.plan.segments import bake_progress, remaining_seconds
from deployments.engine.rollout import State
from deployments.engine.verdict import duration, number
from deployments.models import Judgement, Rollout, RolloutSegment
from deployments.models.states import ARMED, BAKING, DONE, EXTERNAL, MOVED_STATES, MOVING, STOPPED, TESTING, VALIDATING
from deployments.targets.contract import TargetError, name_of, of

BADGES = {
    State.PLANNED: ("planned", "neutral", "clock"),
    State.PAUSED: ("paused", "fair", "player-pause"),
    State.ROLLING_BACK: ("rolling back", "poor", "arrow-back-up"),
    State.ROLLED_BACK: ("rolled back", "poor", "arrow-back-up"),
    State.SUCCEEDED: ("succeeded", "good", "circle-check"),
    State.FAILED: ("failed", "poor", "x"),
}
VERDICTS = {
    "no_worse": ("no worse", "good"),
    "worse": ("worse", "poor"),
    "inconclusive": ("no verdict", "fair"),
    "insufficient": ("too few requests", "neutral"),
}
PHASE_WORDS = {
    ARMED: "undo armed",
    MOVING: "AWS is moving it",
    VALIDATING: "validating hosts",
    TESTING: "running tests",
}
DEPLOYMENT_BADGES = {
    "running": ("running", "info", "activity"),
    "succeeded": ("succeeded", "good", "circle-check"),
    "failed": ("failed", "poor", "x"),
    "rolled_back": ("rolled back", "poor", "arrow-back-up"),
    "cancelled": ("cancelled", "neutral", "x"),
}


@dataclass(frozen=True)
class Badge:
    """A word with its colour and icon."""

    label: str
    kind: str
    icon: str


def badge(rollout: Rollout, segments: Sequence[RolloutSegment]) -> Badge:
    """Where the rollout stands."""
    if rollout.state in BADGES:
        return Badge(*BADGES[State(rollout.state)])
    current = segments[rollout.segment_index] if rollout.segment_index < len(segments) else None
    if current is None:
        return Badge("finishing", "info", "activity")
    if current.kind == EXTERNAL:
        return Badge(f"waits for {current.name}", "neutral", "clock")
    return Badge(f"in {current.name}", "good", "activity")


def target_words(rollout: Rollout) -> str:
    """What is moved: "Lambda alias live"."""
    try:
        return f"{of(rollout.target).title} {name_of(rollout.target)}"
    except TargetError:
        return str(rollout.target.get("kind", "unknown kind of target"))


def deployment_badge(state: str) -> Badge:
    """A deployment's state."""
    return Badge(*DEPLOYMENT_BADGES[state])


def strip(rollout: Rollout, segments: Sequence[RolloutSegment], now: datetime | None = None) -> list[dict[str, Any]]:
    """The segment strip."""
    now = now or timezone.now()
    return [_piece(rollout, segment, now) for segment in segments]


def _piece(rollout: Rollout, segment: RolloutSegment, now: datetime) -> dict[str, Any]:
    state = {DONE: "done", STOPPED: "failed", ARMED: "running"}.get(segment.state, "waiting")
    if segment.state in MOVED_STATES:
        state = "running"
    if state == "failed" and segment.started_at is None:
        state = "waiting"
    elapsed = (now - segment.phase_at).total_seconds() if segment.phase_at else 0.0
    progress = bake_progress(segment.bake_seconds, elapsed) if segment.state == BAKING else 0
    return {
        "name": segment.name,
        "share": segment.share,
        "state": state,
        "progress": progress,
        "note": _note(segment, elapsed),
    }


def _note(segment: RolloutSegment, elapsed: float) -> str:
    if segment.kind == EXTERNAL:
        return "reported" if segment.state == DONE else "waits for its deployment"
    if segment.state in PHASE_WORDS:
        return PHASE_WORDS[segment.state]
    full = duration(segment.bake_seconds)
    if segment.state != BAKING:
        return f"bake {full}"
    if elapsed >= segment.bake_seconds:
        return f"bake {full} over"
    amount, unit = full.split("\u202f")
    done = int(elapsed / segment.bake_seconds * int(amount))
    return f"bake {done} of {amount}\u202f{unit}"


def forecast(rollout: Rollout, segments: Sequence[RolloutSegment]) -> str:
    """When it ends by itself, if all goes well."""
    if rollout.state != State.RUNNING:
        return ""
    ahead = segments[rollout.segment_index :]
    left = remaining_seconds([(segment.kind, segment.bake_seconds, _elapsed(segment)) for segment in ahead])
    if left > 0:
        return f"promotes itself in about {duration(left)}"
    waits = [segment.name for segment in ahead if segment.kind == EXTERNAL]
    return f"waits for {waits[0]}" if waits else "waits for a verdict"


def _elapsed(segment: RolloutSegment) -> float:
    return (timezone.now() - segment.phase_at).total_seconds() if segment.state == BAKING and segment.phase_at else 0.0


def verdict(judgement: Judgement | None, url: str = "") -> dict[str, Any] | None:
    """The verdict box; None before the first look."""
    if judgement is None:
        return None
    label, state = VERDICTS[judgement.state]
    numbers = judgement.verdict
    return {
        "state": state, "label": label, "icon": "scale", "sentence": numbers["headline"], "detail": numbers["sentence"],
        "assumption": numbers["assumption"], "margin": numbers["margin"] - 1, "risk": numbers["error_bound"], "url": url,
        "roll_back_at": number(numbers["roll_back_at"]), "evidence": numbers["evidence_worse"], "at": judgement.at,
    }  # fmt: skip


def gates(rollout: Rollout, segments: Sequence[RolloutSegment], judgement: Judgement | None) -> list[dict[str, Any]]:
    """What else holds the rollout, as rows beside its gates: the bake, and segments that wait for others."""
    rows: list[dict[str, Any]] = []
    current = segments[rollout.segment_index] if rollout.segment_index < len(segments) else None
    if current is not None and current.state == BAKING and rollout.active:
        rows.append(_bake_row(current, judgement))
    for segment in segments:
        if segment.kind == EXTERNAL and segment.state != DONE and rollout.active:
            note = f"passes when {rollout.version} is reported there, or an operator promotes"
            rows.append({"title": f"{segment.name} waits", "note": note, "state": "stale", "icon": "clock"})
    return rows


def _bake_row(segment: RolloutSegment, judgement: Judgement | None) -> dict[str, Any]:
    began = segment.phase_at or timezone.now()
    left = segment.bake_seconds - (timezone.now() - began).total_seconds()
    title = f"Bake time: {duration(left)} left" if left > 0 else "Bake time is over"
    if judgement is not None and judgement.segment_id == segment.pk and judgement.state == "no_worse":
        note = "enough requests to judge"
    elif judgement is not None and judgement.segment_id == segment.pk:
        note = judgement.verdict["headline"]
    else:
        note = f"needs {number(segment.minimum_requests)} canary requests"
    return {"title": title, "note": note, "state": "fair", "icon": "hourglass"}
