"""The kill switch: halt everything or one team's experiments, and clear the halt again, both with a reason."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chaos.gremlin import halt_job
from chaos.models import EVERYTHING, KillSwitch
from portal.access import audit, policy
from services.models import Entity

GATE = 0x6368616F73
"""Key of the advisory lock that orders starts and halts on PostgreSQL; SQLite writes one at a time anyway."""

UNPROMISED = (
    "This portal runs on SQLite: a worker that is stopped while it writes holds up all others, so that "
    "the first undo within 21 s is not promised. On PostgreSQL it is."
)
"""What the demo cannot promise; docs/chaos/safety.md says why."""


def standing() -> QuerySet[KillSwitch]:
    """The halts that are not cleared."""
    return KillSwitch.objects.filter(cleared_at=None)


def covered() -> Q:
    """Which runs a standing halt covers."""
    scopes = list(standing().values_list("scope", flat=True))
    return Q(pk__isnull=False) if EVERYTHING in scopes else Q(service__owner_ref__in=scopes)


def halting(service: Entity) -> str:
    """The sentence of the halt that covers this service, or ""."""
    found = standing().filter(scope__in=[EVERYTHING, service.owner_ref]).first()
    return found.sentence if found else ""


def forbids_start(service: Entity) -> str:
    """The sentence of the halt that forbids a start, or "". Only in the transaction that commits the start.

    Starts hold the gate together, a halt holds it alone: a start that saw no halt is committed before the halt is.
    """
    _gate("pg_advisory_xact_lock_shared")
    return halting(service)


def _gate(lock: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s)", [GATE])


def halt(user: Any, reason: str, scope: str = EVERYTHING) -> KillSwitch:
    """Halt. Every operator may halt everything: a stop must never wait for the right person.

    Raises PermissionDenied. A scope that is halted already stays as it is and is answered.
    """
    allowed = policy.may_somewhere(user, "operator") if scope == EVERYTHING else policy.may(user, "operator", scope)
    if not allowed:
        raise PermissionDenied("You need the role operator of a team to halt experiments. Ask an admin for it.")
    try:
        with transaction.atomic():
            _gate("pg_advisory_xact_lock")
            made = KillSwitch.objects.create(scope=scope, reason=reason.strip()[:500], set_by=user.get_username())
            audit.record(user, "chaos.halt", scope, severity="high", reason=reason[:300])
            if scope == EVERYTHING:
                halt_job.ask(user.get_username(), made.reason)
    except IntegrityError:
        return standing().get(scope=scope)
    return made


def may_clear(user: Any, scope: str) -> bool:
    """Clearing needs the right for the whole scope: for everything that is an operator everywhere, or an admin."""
    return policy.may(user, "operator", "" if scope == EVERYTHING else scope)


def clear(user: Any, reason: str, scope: str = EVERYTHING) -> int:
    """Clear the halt of this scope; answers how many there were (0 or 1). Raises PermissionDenied."""
    policy.require(user, "operator", "" if scope == EVERYTHING else scope)
    with transaction.atomic():
        cleared = (
            standing()
            .filter(scope=scope)
            .update(cleared_at=timezone.now(), cleared_by=user.get_username(), cleared_reason=reason.strip()[:500])
        )
        if cleared:
            audit.record(user, "chaos.halt.clear", scope, severity="high", reason=reason[:300])
    return cleared
