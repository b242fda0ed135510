"""What a rollout leaves as a fact, at each change of segment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from deployments import released
from deployments.dora import delivery
from deployments.engine.rollout import State
from deployments.models import Rollout
from deployments.models.states import DONE, WEIGHT
from deployments.targets.traffic import share_of
from services import facts
from services.facts import FactSource

ROLLOUT_FACT = "deployments.rollout"
VALID = timedelta(days=90)


def publish(rollout: Rollout) -> None:
    """Publish where the rollout stands. `last_verdict` is absent until a segment has been judged."""
    facts.publish(
        rollout.entity,
        ROLLOUT_FACT,
        value(rollout),
        source="deployments",
        expires_at=timezone.now() + VALID,
        url=rollout.get_absolute_url(),
    )


def value(rollout: Rollout) -> dict[str, Any]:
    """The fact's value."""
    segments = list(rollout.segments.all())
    judged = [segment for segment in segments if segment.kind == WEIGHT and segment.state == DONE]
    current = segments[rollout.segment_index] if rollout.segment_index < len(segments) else None
    known: dict[str, Any] = {"last_verdict": rollout.last_verdict} if rollout.last_verdict else {}
    return known | {
        "rollout": rollout.pk,
        "version": rollout.version,
        "previous_version": rollout.previous_version,
        "plan": str(rollout.plan),
        "state": rollout.state,
        "segments": len(segments),
        "segments_judged": len(judged),
        "segment": current.name if current else "",
        "canary": any(segment.weight < 100 for segment in judged),
        "rolled_back": rollout.state == State.ROLLED_BACK,
        "weights": _weights(rollout),
        "summary": _summary(rollout, len(judged), len(segments)),
        "at": timezone.now().isoformat(),
    }


def _summary(rollout: Rollout, judged: int, segments: int) -> str:
    """The fact in words, for whoever asks why a score moved."""
    if rollout.state == State.ROLLED_BACK:
        return f"{rollout.version} was rolled back"
    if not rollout.last_verdict:
        return f"{rollout.version} is on its way, nothing judged yet"
    verdict = str(rollout.last_verdict).replace("_", " ")
    return f"{rollout.version} judged {verdict} in {judged} of {segments} segments"


def _weights(rollout: Rollout) -> dict[str, float]:
    """The share (0 to 1) of each version, as the portal last set it."""
    restore = rollout.target.get("restore")
    if restore is None:
        return {}
    canary, baseline = rollout.target["canary"], restore["version"]
    change = rollout.segments.filter(change__state__in=("applied", "kept")).order_by("-order").first()
    if rollout.state == State.ROLLED_BACK or change is None or change.change is None:
        return {baseline: 1.0}
    share = share_of(change.change.target["to"], canary)
    return {baseline: round(1 - share, 4), canary: round(share, 4)}


SOURCE = FactSource(
    "deployments",
    "Deployments",
    ("deployments.rollout", "deployments.pipeline", "deployments.traffic", delivery.FACT, released.FACT),
    names={
        released.FACT: "Release",
        "deployments.rollout": "Rollout",
        "deployments.pipeline": "Delivery",
        "deployments.traffic": "Traffic",
        delivery.FACT: "Delivery metrics",
    },
    schema={
        **released.SCHEMA,
        **{f"{delivery.FACT}.{name}": kind for name, kind in delivery.SCHEMA.items()},
        "deployments.traffic.per_minute": "number",
        "deployments.traffic.error_rate": "number",
        "deployments.rollout.version": "string",
        "deployments.rollout.state": "string",
        "deployments.rollout.segments": "number",
        "deployments.rollout.segments_judged": "number",
        "deployments.rollout.last_verdict": "string",
        "deployments.rollout.canary": "boolean",
        "deployments.rollout.rolled_back": "boolean",
        "deployments.rollout.summary": "string",
        "deployments.rollout.at": "timestamp",
        "deployments.pipeline.groups[*].auto_rollback": "boolean",
        "deployments.pipeline.groups[*].all_at_once": "boolean",
        "deployments.pipeline.groups[*].alarm_count": "number",
        "deployments.pipeline.pipelines[*].gated": "boolean",
        "deployments.pipeline.pipelines[*].failed_stage": "string",
        "deployments.pipeline.noncompliant": "list",
        "deployments.pipeline.compliance": "string",
        "deployments.pipeline.released_at": "timestamp",
    },
)
