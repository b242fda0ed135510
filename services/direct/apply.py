"""Carry out planned direct writes: entities, their history and their audit rows in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from portal.access import audit, policy
from services.direct import SOURCE
from services.direct.plan import Plan, refuse_foreign
from services.models import Entity
from services.storing import documents, write
from services.storing.history import Author


def authorise(user: Any, plan: Plan) -> None:
    """Raise PermissionDenied unless `user` may edit for the team that owns it now, and for the one that will."""
    if plan.entity is not None:
        policy.require(user, "editor", plan.entity.owner_ref)
    policy.require(user, "editor", plan.owner_ref)


def apply(user: Any, plans: Sequence[Plan], why: str = "") -> None:
    """Write all plans or none. The caller has authorised them."""
    author = Author(user.get_username(), SOURCE, why)
    with transaction.atomic():
        write.store([plan.wanted for plan in plans], author)
        _audit(user, [plan for plan in plans if plan.change != "unchanged"])
    documents.refresh()


def _audit(user: Any, plans: Sequence[Plan]) -> None:
    """One row for one entity with the fields that moved; one row for many with their refs."""
    if len(plans) == 1:
        fields = [one.path for one in plans[0].differences][:50]
        audit.record(user, f"entity.{plans[0].change}", plans[0].wanted.ref, severity="medium", fields=fields)
    elif plans:
        refs = {plan.wanted.ref: plan.change for plan in plans}
        audit.record(user, "entity.bulk", f"{len(plans)} entities", severity="medium", refs=refs)


def remove(user: Any, entity: Entity, why: str = "") -> None:
    """Take a directly written entity out of the catalog. Raises Managed for one that another source owns."""
    refuse_foreign(entity)
    with transaction.atomic():
        write.remove([entity], Author(user.get_username(), SOURCE, why or f"Removed by {user.get_username()}."))
        audit.record(user, "entity.removed", entity.ref, severity="high")
    documents.refresh()
