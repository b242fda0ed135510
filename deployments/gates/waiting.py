"""What waits for a person's yes or no: segments of rollouts, and approvals of pipelines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from deployments.gates import approvals
from deployments.models import Approval, Pipeline, RolloutSegment
from deployments.models.gates.decisions import REQUESTED
from deployments.models.states import ACTIVE_STATES
from portal.access import policy

MOST = 5
LOOKED_AT = 100


@dataclass(frozen=True)
class Waiting:
    """One row: what waits, since when, and where it is decided."""

    title: str
    note: str
    url: str
    since: datetime | None


def panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """“Releases wait for you” of the home page; None where nothing does."""
    user = request.user
    if not policy.may_somewhere(user, "operator"):
        return None
    rows = [*_segments(user), *_pipelines(user)]
    return {"rows": rows[:MOST], "more": len(rows) > MOST} if rows else None


def _segments(user: Any) -> list[Waiting]:
    asked = Approval.objects.filter(verdict=REQUESTED, rollout__state__in=ACTIVE_STATES)
    rows = asked.select_related("rollout__entity", "rollout__plan", "segment").order_by("-id")[:LOOKED_AT]
    return [_segment(row) for row in rows if _waits(row.segment, row, user)]


def _waits(segment: RolloutSegment, row: Approval, user: Any) -> bool:
    """Whether it is this segment's turn, and this person may decide and has not said yes yet."""
    if segment.order != row.rollout.segment_index:
        return False
    found = approvals.standing(row.rollout, segment)
    if found is None or found.granted or user.get_username() in found.approved_by:
        return False
    return not approvals.refusal(user, row.rollout, found.rule)


def _segment(row: Approval) -> Waiting:
    name = f"{row.rollout.entity.label} {row.rollout.version}"
    address = reverse("deployments:segment-decide", args=[row.rollout_id, row.segment.order])
    return Waiting(f"{row.segment.name} of {name}", f"started by {row.rollout.created_by}", address, row.at)


def _pipelines(user: Any) -> list[Waiting]:
    rows = Pipeline.objects.filter(waiting=True).select_related("service").order_by("name")[:LOOKED_AT]
    mine = [row for row in rows if policy.may(user, "operator" if row.owner_ref else "admin", row.owner_ref)]
    return [
        Waiting(
            f"{stage['name']} of the pipeline {row.name}", f"{row.account} {row.region}", row.get_absolute_url(),
            datetime.fromisoformat(one["since"]) if one["since"] else None,
        )
        for row in mine
        for stage in row.stages
        for one in stage["approvals"]
    ]  # fmt: skip
