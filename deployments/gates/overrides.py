"""Overrides: a person lets one gate of one rollout pass, for a reason, for a limited time, for what stood in the way then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from deployments.gates.errors import Conflict, Wrong
from deployments.gates.registry import Gate
from deployments.models import GateOverride, Rollout
from deployments.rollouts.claim import log
from portal.access import audit, policy

LEAST_MINUTES, MOST_MINUTES = 5, 24 * 60
SHORTEST_REASON = 10


def in_force(rollout: Rollout) -> dict[str, list[GateOverride]]:
    """Overrides that count now, by gate."""
    found: dict[str, list[GateOverride]] = {}
    for row in GateOverride.objects.filter(rollout=rollout, revoked_at=None, until__gt=timezone.now()).order_by("-id"):
        found.setdefault(row.code, []).append(row)
    return found


def applied(rollout: Rollout, answers: list[Gate]) -> list[Gate]:
    """The answers, with those that were overridden let pass and marked; never as good."""
    rows = in_force(rollout)
    return [_let_pass(gate, rows.get(gate.code, [])) if gate.blocks else gate for gate in answers]


def _let_pass(gate: Gate, rows: list[GateOverride]) -> Gate:
    fits = next((row for row in rows if set(gate.subjects) <= set(row.subjects)), None)
    if fits is None:
        return gate
    words = f"overridden by {fits.by} until {fits.until:%d %b %H:%M} UTC: {fits.reason}"
    return replace(gate, state="fair", blocks=False, overridden=words)


def refusal(user: Any, rollout: Rollout, gate: Gate) -> str:
    """Why this person may not override this gate, or ""."""
    role = gate.who_may_override
    if not role:
        return f"Nobody can override this gate: {gate.title.lower()}."
    if policy.may(user, role, rollout.owner_ref):
        return ""
    team = rollout.owner_ref.rpartition("/")[2] or "the portal"
    return f"You need the role {role} of {team} to override this gate. Ask an admin for it."


def add(rollout: Rollout, gate: Gate, by: Any, reason: str, minutes: int) -> GateOverride:
    """Override a gate that blocks. Raises PermissionDenied, Wrong or Conflict."""
    if not rollout.active:
        raise Conflict(f"The rollout is {rollout.state.replace('_', ' ')}: there is nothing to let pass.")
    if not gate.blocks:
        raise Conflict("This gate does not block the rollout: there is nothing to override.")
    if why := refusal(by, rollout, gate):
        raise PermissionDenied(why)
    if not SHORTEST_REASON <= len(reason.strip()) <= 500:
        raise Wrong("reason", f"Say in {SHORTEST_REASON} to 500 characters why it may pass all the same.")
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise Wrong("minutes", f"An override lasts {LEAST_MINUTES} to {MOST_MINUTES} minutes.")
    now = timezone.now()
    with transaction.atomic():
        row = GateOverride.objects.create(
            rollout=rollout, code=gate.code, subjects=list(gate.subjects), reason=reason.strip(), by=by.get_username(),
            at=now, until=now + timedelta(minutes=minutes),
        )  # fmt: skip
        log(rollout, f"{gate.title}: overridden for {minutes} minutes by {row.by}: {row.reason}", row.by)
        detail = {"entity": rollout.entity.ref, "gate": gate.code, "note": gate.note, "reason": row.reason}
        audit.record(by, "gate.override", f"rollout:{rollout.pk}", severity="high", until=row.until, **detail)
        Rollout.objects.filter(pk=rollout.pk).update(due_at=now)
    return row


def revoke(row: GateOverride, by: Any) -> GateOverride:
    """End an override before its time; operators of the owning team. Raises PermissionDenied or Conflict."""
    policy.require(by, "operator", row.owner_ref)
    with transaction.atomic():
        now = timezone.now()
        mine = GateOverride.objects.filter(pk=row.pk, revoked_at=None, until__gt=now)
        if not mine.update(revoked_at=now, revoked_by=by.get_username()):
            raise Conflict("This override is over already.")
        log(row.rollout, f"override of {row.code} ended by {by.get_username()}", by.get_username())
        audit.record(by, "gate.override-revoke", f"rollout:{row.rollout_id}", severity="high", gate=row.code)
    row.refresh_from_db()
    return row
