"""Approvals of segments: who has to say yes, who has, and how long it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from deployments.engine.plan.gates import BLOCK, ApprovalRule, parse
from deployments.gates.errors import Conflict, Wrong
from deployments.models import Approval, Rollout, RolloutSegment
from deployments.models.gates.decisions import APPROVED, DENIED, REQUESTED
from deployments.models.states import DONE, EXTERNAL
from deployments.rollouts.claim import WORKER, log
from portal.access import audit, policy


@dataclass(frozen=True)
class Standing:
    """How the approval of a segment stands. A denial outweighs any number of approvals."""

    rule: ApprovalRule
    approved_by: tuple[str, ...]
    denied_by: str
    why: str
    requested_at: datetime | None

    @property
    def granted(self) -> bool:
        """Whether enough people have said yes and nobody no."""
        return not self.denied_by and len(self.approved_by) >= self.rule.count


def wanted(rollout: Rollout, segment: RolloutSegment) -> ApprovalRule | None:
    """The rule that the plan has for this segment; None where nobody has to be asked, as where others deploy it."""
    if segment.kind == EXTERNAL:
        return None
    definition = rollout.plan.definition
    policy_ = parse(definition.get("gates", {}), compliance=definition.get("compliance", BLOCK))
    return policy_.approval(segment.name)


def granted(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Whether the segment may begin as far as approvals go."""
    found = standing(rollout, segment)
    return found is None or found.granted


def standing(rollout: Rollout, segment: RolloutSegment, at: datetime | None = None) -> Standing | None:
    """Who has said what; None where nobody has to be asked. The newest word of a person counts until it expires."""
    rule, now = wanted(rollout, segment), at or timezone.now()
    if rule is None:
        return None
    rows = list(Approval.objects.filter(segment=segment).order_by("id"))
    words = {row.by: row for row in rows if row.verdict != REQUESTED}
    if rule.four_eyes:
        words.pop(rollout.created_by, None)
    standing_ = [row for row in words.values() if row.expires_at is None or row.expires_at > now]
    denied = next((row for row in standing_ if row.verdict == DENIED), None)
    return Standing(
        rule,
        tuple(sorted(row.by for row in standing_ if row.verdict == APPROVED)),
        denied.by if denied else "",
        denied.reason if denied else "",
        next((row.at for row in rows if row.verdict == REQUESTED), None),
    )


def request(rollout: Rollout, segment: RolloutSegment) -> None:
    """Ask for the approval, once for each segment; a worker that died and asks again changes nothing."""
    with transaction.atomic():
        _, is_new = Approval.objects.get_or_create(
            segment=segment, verdict=REQUESTED, defaults={"rollout": rollout, "by": WORKER}
        )
        if is_new:
            log(rollout, f"{segment.name} waits for approval")


def refusal(user: Any, rollout: Rollout, rule: ApprovalRule) -> str:
    """Why this person may not decide, or ""."""
    if not policy.may(user, rule.role, rollout.owner_ref):
        team = rollout.owner_ref.rpartition("/")[2] or "the portal"
        return f"You need the role {rule.role} of {team} to approve this segment. Ask an admin for it."
    if rule.four_eyes and user.get_username() == rollout.created_by:
        return "The plan wants four eyes: who started the rollout cannot approve it."
    return ""


def decide(rollout: Rollout, segment: RolloutSegment, by: Any, verdict: str, reason: str = "") -> Approval:
    """Approve or deny a segment that has not passed yet. Raises PermissionDenied, Wrong or Conflict."""
    rule = wanted(rollout, segment)
    if rule is None:
        raise Conflict(f"Nobody has to approve {segment.name}: the plan does not ask for it.")
    if why := refusal(by, rollout, rule):
        raise PermissionDenied(why)
    if verdict == DENIED and not reason.strip():
        raise Wrong("reason", "Say why it is denied: whoever started the rollout reads it.")
    with transaction.atomic():
        locked = Rollout.objects.select_for_update().get(pk=rollout.pk)
        current = RolloutSegment.objects.get(pk=segment.pk)
        if not locked.active or current.order < locked.segment_index or current.state == DONE:
            raise Conflict(f"{segment.name} does not wait any more: the rollout is {locked.state.replace('_', ' ')}.")
        now = timezone.now()
        ends = now + timedelta(minutes=rule.valid_minutes) if verdict == APPROVED else None
        row = Approval.objects.create(
            rollout=locked, segment=current, verdict=verdict, by=by.get_username(), reason=reason.strip()[:500],
            at=now, expires_at=ends,
        )  # fmt: skip
        words = f"{segment.name} {verdict} by {row.by}" + (f": {row.reason}" if row.reason else "")
        log(locked, words, row.by)
        detail = {"entity": locked.entity.ref, "segment": segment.name, "reason": row.reason}
        audit.record(by, f"rollout.segment-{verdict}", f"rollout:{locked.pk}", severity="high", **detail)
        Rollout.objects.filter(pk=locked.pk).update(due_at=now)
    return row
