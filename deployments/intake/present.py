"""How intake looks: tabs, badges, and how old the looks into AWS are."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from deployments.models import PullState
from deployments.models.intake import DISMISSED, OPEN, REPLAYED
from portal.access import policy

BADGES = {OPEN: ("fair", "alert-triangle"), REPLAYED: ("good", "check"), DISMISSED: ("neutral", "eye-off")}
OUTCOMES = {
    "succeeded": "good",
    "resolved": "good",
    "failed": "poor",
    "rolled_back": "poor",
    "open": "poor",
    "running": "info",
}
PULL_WORDS = {
    "codedeploy": "CodeDeploy",
    "codepipeline": "CodePipeline",
    "ecs": "ECS",
    "lambda": "Lambda aliases",
    "queue": "Event queue",
}


def tabs(user: Any, active: str) -> list[dict[str, Any]]:
    """The tabs of all pages of intake; the log of refused events is for operators."""
    shown = [("deployments:list", "Deployments"), ("deployments:intake-events", "Events")]
    if policy.may_somewhere(user, "operator"):
        shown.append(("deployments:refused", "Refused"))
    shown += [("deployments:senders", "Senders"), ("deployments:sources", "AWS accounts")]
    return [{"url": reverse(name), "label": label, "active": name == f"deployments:{active}"} for name, label in shown]


def badge(state: str) -> dict[str, str]:
    """The badge of a refused event."""
    kind, icon = BADGES[state]
    return {"label": state, "kind": kind, "icon": icon}


def outcome(state: str) -> str:
    """The kind of badge for what an event says."""
    return OUTCOMES.get(state, "neutral")


def look(row: PullState) -> dict[str, Any]:
    """One look into AWS: its state and words."""
    if row.error:
        state, icon, words = ("stale" if row.read_at else "poor"), "alert-triangle", row.error
    elif row.read_at is None:
        state, icon, words = "neutral", "hourglass", "Not read yet."
    else:
        state, icon, words = "good", "check", f"{row.found} read"
    return {"row": row, "title": PULL_WORDS.get(row.source, row.source), "state": state, "icon": icon, "words": words}
