"""Decisions about resources without a service: adopt, ignore, give back. Each leaves its audit row; AWS is not touched."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.access import audit, policy
from services.models import Entity, Stray
from services.models.adoption import ADOPTED, IGNORED, OPEN


class CannotDecide(Exception):
    """Somebody else has decided in the meantime, or nothing was decided; the text says what to do."""


def may_adopt(user: Any, service: Entity) -> bool:
    """Editors of the team that owns the service; for a service without an owner, operators of the whole portal."""
    return policy.may(user, "editor" if service.owner_ref else "operator", service.owner_ref)


def may_judge(user: Any) -> bool:
    """Whether `user` may say that a resource needs no service: operators of any team."""
    return policy.may_somewhere(user, "operator")


def adopt(user: Any, stray: Stray, service: Entity) -> None:
    """Give the resource to the service from the next discovery on. Raises PermissionDenied or CannotDecide."""
    policy.require(user, "editor" if service.owner_ref else "operator", service.owner_ref)
    _decide(user, stray, ADOPTED, service_ref=service.ref)


def ignore(user: Any, stray: Stray, reason: str) -> None:
    """Say why the resource needs no service. Raises PermissionDenied or CannotDecide."""
    if not may_judge(user):
        policy.require(user, "operator")
    _decide(user, stray, IGNORED, reason=reason)


def give_back(user: Any, stray: Stray) -> None:
    """Undo the decision. Who may adopt for the service, or judge, may also take it back."""
    service = Entity.objects.by_ref(stray.service_ref).first() if stray.service_ref else None
    if service is not None:
        policy.require(user, "editor" if service.owner_ref else "operator", service.owner_ref)
    elif not may_judge(user):
        policy.require(user, "operator")
    with transaction.atomic():
        rows = Stray.objects.filter(pk=stray.pk, state=stray.state, service_ref=stray.service_ref).exclude(state=OPEN)
        freed = rows.update(state=OPEN, service_ref="", reason="", decided_by="", decided_at=None)
        if not freed:
            raise CannotDecide("Nobody has decided about this resource, or it was given back already. Load it again.")
        audit.record(user, "stray.give_back", stray.arn, was=stray.state, service=stray.service_ref)


def _decide(user: Any, stray: Stray, state: str, *, service_ref: str = "", reason: str = "") -> None:
    with transaction.atomic():
        decided = Stray.objects.filter(pk=stray.pk, state=OPEN).update(
            state=state, service_ref=service_ref, reason=reason,
            decided_by=user.get_username(), decided_at=timezone.now(),
        )  # fmt: skip
        if not decided:
            raise CannotDecide("Somebody has decided about this resource already. Give it back first.")
        audit.record(user, f"stray.{state}", stray.arn, severity="medium", service=service_ref, reason=reason)
