"""What people do with waivers: request → approve or deny → revoke. Each act leaves its audit row in its transaction.

Four eyes: whoever asks cannot approve, not even an administrator. Every waiver ends: at most `MOST` after it is asked for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.access import audit, policy
from scorecards.models import CheckResult, CheckVersion, EntityEvaluation, Waiver
from scorecards.models.waivers import APPROVED, DENIED, REQUESTED, REVOKED
from services.models import Entity

#: Longer than this nobody is excused without somebody looking again.
MOST = timedelta(days=180)
LEAST = timedelta(hours=1)
REASON = 1000
REQUESTER, APPROVER = "editor", "operator"


class Wrong(Exception):
    """What was asked for is not valid; `field` names which part."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class Conflict(Exception):
    """The waiver is no longer in the state that this act needs; the text says what to do."""


def may_request(user: Any, entity: Entity) -> bool:
    """Editors of the owning team ask."""
    return policy.may(user, REQUESTER, entity.owner_ref)


def may_decide(user: Any, waiver: Waiver) -> bool:
    """Operators of the owning team and administrators decide, but never about their own request."""
    return policy.may(user, APPROVER, waiver.owner_ref) and user.get_username() != waiver.requested_by


def may_revoke(user: Any, waiver: Waiver) -> bool:
    """Whoever asked may take it back; whoever may decide may end it."""
    own = user.get_username() == waiver.requested_by and policy.may(user, REQUESTER, waiver.owner_ref)
    return own or policy.may(user, APPROVER, waiver.owner_ref)


def request(user: Any, entity: Entity, check: str, reason: str, until: datetime) -> Waiver:
    """Ask for a waiver until an instant. Raises PermissionDenied, Wrong or Conflict."""
    policy.require(user, REQUESTER, entity.owner_ref)
    now, reason = timezone.now(), reason.strip()
    _valid(entity, check, reason, until, now)
    try:
        with transaction.atomic():
            # A request that nobody decided in time stands in the way of nobody.
            stale = Waiver.objects.filter(entity=entity, check_key=check, state=REQUESTED, expires_at__lte=now)
            stale.update(state=DENIED, note="Nobody decided in time.", decided_at=now)
            made = Waiver.objects.create(
                entity=entity, check_key=check, reason=reason, requested_by=user.get_username(),
                requested_at=now, expires_at=until,
            )  # fmt: skip
            audit.record(user, "waiver.request", entity.ref, check=check, until=until.isoformat(), reason=reason[:300])
    except IntegrityError as error:
        raise Conflict("Somebody has asked for this waiver already: see the open request.") from error
    return made


def _valid(entity: Entity, check: str, reason: str, until: datetime, now: datetime) -> None:
    if not CheckVersion.objects.standing().filter(check_id=check).exists():
        raise Wrong("check", f"There is no check {check[:100]} in force. Use an id from the list of checks.")
    if not CheckResult.objects.standing().filter(entity=entity, check_key=check).exists():
        raise Wrong("check", f"{entity.label} has not been evaluated with {check} yet. Evaluate it first.")
    if not 10 <= len(reason) <= REASON:
        raise Wrong("reason", f"Say in 10 to {REASON} characters why, and what happens until it ends.")
    if "\x00" in reason:
        raise Wrong("reason", "A NUL cannot be kept: remove it.")
    if not now + LEAST <= until <= now + MOST:
        raise Wrong("until", f"Choose a day from tomorrow to {(now + MOST):%d %b %Y}; nothing is waived for ever.")


def approve(user: Any, waiver: Waiver, note: str = "") -> Waiver:
    """Put a waiver in force from now on. Raises PermissionDenied or Conflict."""
    return _decide(user, waiver, APPROVED, note)


def deny(user: Any, waiver: Waiver, note: str = "") -> Waiver:
    """Refuse a request. Raises PermissionDenied or Conflict."""
    return _decide(user, waiver, DENIED, note)


def _decide(user: Any, waiver: Waiver, state: str, note: str) -> Waiver:
    policy.require(user, APPROVER, waiver.owner_ref)
    if user.get_username() == waiver.requested_by:
        raise Conflict("You asked for this waiver yourself, so somebody else has to decide: four eyes.")
    with transaction.atomic():
        now = timezone.now()
        fields: dict[str, Any] = {
            "state": state, "decided_by": user.get_username(), "decided_at": now, "note": note.strip()[:REASON],
        }  # fmt: skip
        if state == APPROVED:
            fields |= {"began_at": now, "ended_at": waiver.expires_at}
        open_ones = Waiver.objects.filter(pk=waiver.pk, state=REQUESTED, expires_at__gt=now)
        if not open_ones.update(**fields):
            raise Conflict("This request is no longer open: it was decided, taken back, or its date has passed.")
        _mark(waiver.entity_id, now)
        _record(user, f"waiver.{'approve' if state == APPROVED else 'deny'}", waiver, note)
    waiver.refresh_from_db()
    return waiver


def revoke(user: Any, waiver: Waiver, note: str = "") -> Waiver:
    """End a waiver now, or take a request back. Raises PermissionDenied or Conflict."""
    if not may_revoke(user, waiver):
        policy.require(user, APPROVER, waiver.owner_ref)
    with transaction.atomic():
        now = timezone.now()
        said = {"state": REVOKED, "revoked_by": user.get_username()}
        ended = Waiver.objects.filter(pk=waiver.pk, state=APPROVED, ended_at__gt=now).update(**said, ended_at=now)
        if not ended and not Waiver.objects.filter(pk=waiver.pk, state=REQUESTED).update(**said):
            raise Conflict("There is nothing to revoke: the waiver has ended or was denied.")
        _mark(waiver.entity_id, now)
        _record(user, "waiver.revoke", waiver, note)
    waiver.refresh_from_db()
    return waiver


def _mark(entity_id: int, now: datetime) -> None:
    """The service is due: the next evaluation sees the decision, however late this transaction commits."""
    EntityEvaluation.objects.filter(entity_id=entity_id).update(waivers_changed_at=now)


def _record(user: Any, action: str, waiver: Waiver, note: str) -> None:
    audit.record(
        user, action, waiver.entity.ref, severity="medium", check=waiver.check_key, waiver=waiver.pk,
        requested_by=waiver.requested_by, note=note.strip()[:300],
    )  # fmt: skip
