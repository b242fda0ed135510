"""The words of the gates' templates: the rows of a rollout's gates, and the freezes that hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone

from deployments.gates import approvals, ask, overrides, words
from deployments.gates.freezes import standing
from deployments.gates.registry import Gate
from deployments.models import Rollout, RolloutSegment
from services.models import Entity

register = template.Library()
ICONS = {"good": "circle-check", "poor": "x", "fair": "alert-triangle", "stale": "circle-dashed"}
STATE_WORDS = {"good": "open", "poor": "blocks", "fair": "warns", "stale": "not known"}


@register.simple_tag(takes_context=True)
def gate_rows(context: Context, rollout: Rollout) -> list[dict[str, Any]]:
    """The gates as they were last asked, each with what this person may do about it."""
    user = context["request"].user
    segment = rollout.segments.filter(order=rollout.segment_index).first()
    held = overrides.in_force(rollout) if rollout.active else {}
    return [_row(gate, rollout, segment, user, held) for gate in rollout.gates]


def _row(raw: dict[str, Any], rollout: Rollout, segment: RolloutSegment | None, user: Any, held: Any) -> dict[str, Any]:
    code, state, blocks = raw.get("code", ""), raw["state"], raw.get("blocks", raw["state"] == "poor")
    row = {
        **raw, "blocks": blocks, "icon": ICONS[state], "words": "blocks" if blocks else STATE_WORDS[state],
        "asked_at": datetime.fromisoformat(raw["at"]) if raw.get("at") else None,
    }  # fmt: skip
    if not rollout.active or not code:
        return row
    gate = Gate(code, raw["title"], raw["note"], state, blocks, who_may_override=raw.get("who_may_override", ""))
    if blocks and not overrides.refusal(user, rollout, gate):
        row["override_url"] = reverse("deployments:gate-override", args=[rollout.pk, code])
    if raw.get("overridden") and held.get(code):
        row["revoke_url"] = reverse("deployments:gate-override-revoke", args=[held[code][0].pk])
    rule = approvals.wanted(rollout, segment) if code == "approvals" and segment is not None else None
    if blocks and rule is not None and segment is not None and not approvals.refusal(user, rollout, rule):
        row["decide_url"] = reverse("deployments:segment-decide", args=[rollout.pk, segment.order])
    return row


@register.inclusion_tag("deployments/gates/_banner.html")
def freeze_banner(entity: Entity | None = None) -> dict[str, Any]:
    """What is frozen now: for one service, or anywhere."""
    now = timezone.now()
    if entity is not None:
        return {"held": standing.standing(entity, now), "entity": entity}
    return {"held": standing.holding(now), "entity": None}


@register.inclusion_tag("deployments/gates/_now.html")
def gates_now(entity: Entity) -> dict[str, Any]:
    """What would hold a rollout of this service now, by a plan that names no gate; nothing is written."""
    answers = ask.look(entity, ask.policy_of(None))
    shown = [gate for gate in answers if gate.state != "good"]
    rows = [{"gate": gate, "icon": ICONS[gate.state], "words": STATE_WORDS[gate.state]} for gate in shown]
    return {"rows": rows, "blocked": any(gate.blocks for gate in answers)}


@register.filter
def on_clock(moment: datetime, zone: str) -> str:
    """A moment on the clock of a zone: `Fri 27 Nov 2026 16:00 CET`."""
    return words.until(moment, zone)
