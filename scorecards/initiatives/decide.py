"""What people do with initiatives: write a draft → launch it → end it, or make its aim a standard → withdraw the standard.

Every act is audited. One about a team's services is led by an operator of that team, one about several teams by an administrator.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.access import audit, policy
from scorecards.engine.check import LEVELS, PILLARS
from scorecards.engine.scoring import OVERALL
from scorecards.filters import ref_of
from scorecards.models import CheckVersion, Initiative
from scorecards.models.initiatives import DRAFT, ENDED, LAUNCHED

ROLE = "operator"
LONGEST = timedelta(days=3 * 365)
FIELDS = ("title", "why", "pillar", "level", "team", "system", "tier", "lifecycle", "starts_on", "target_on")


class Wrong(Exception):
    """A field is not valid."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class Conflict(Exception):
    """The initiative is no longer in the state that this act needs; the text says what to do."""


def may_lead(user: Any, team: str) -> bool:
    """Whether this person may write, launch and end an initiative with this scope."""
    return policy.may(user, ROLE if team else "admin", team)


def require(user: Any, team: str) -> None:
    """Raise PermissionDenied unless `may_lead` answers yes."""
    policy.require(user, ROLE if team else "admin", team)


def write(user: Any, fields: Mapping[str, Any], initiative: Initiative | None = None) -> Initiative:
    """Keep a new draft, or change one. Raises PermissionDenied, Wrong or Conflict."""
    row = initiative or Initiative(created_by=user.get_username(), starts_on=timezone.now().date())
    if initiative is not None:
        require(user, initiative.team)
        if initiative.stage != DRAFT:
            raise Conflict("It has been launched: its aim stands. End it and write another one.")
    for name in FIELDS:
        if name in fields:
            setattr(row, name, fields[name])
    row.team = ref_of(row.team, "group") if row.team else ""
    row.system = ref_of(row.system, "system") if row.system else ""
    require(user, row.team)
    _valid(row)
    with transaction.atomic():
        row.save()
        audit.record(user, "initiative.write", row.title, initiative=row.pk)
    return row


def _valid(row: Initiative) -> None:
    row.title = row.title.strip()
    if not row.title:
        raise Wrong("title", "Give it a title.")
    if row.level not in LEVELS:
        raise Wrong("level", f"Use one of {', '.join(LEVELS)}.")
    if row.pillar not in pillars():
        raise Wrong("pillar", f"Use one of {', '.join(pillars())}.")
    if not timedelta(0) < row.target_on - row.starts_on <= LONGEST:
        raise Wrong("target_on", "Choose a day after the start, at most three years later.")


def pillars() -> tuple[str, ...]:
    """What an aim may be about: overall, the five, and pillars that a plugin or an own check brings."""
    more = CheckVersion.objects.standing().exclude(pillar__in=PILLARS).values_list("pillar", flat=True).distinct()
    return (OVERALL, *PILLARS, *sorted(set(more)))


def launch(user: Any, initiative: Initiative) -> Initiative:
    """Put a draft on the calendar. Raises PermissionDenied, Wrong or Conflict."""
    require(user, initiative.team)
    if initiative.target_on <= timezone.now().date():
        raise Wrong("target_on", "The day of the aim has passed: choose a later one first.")
    return _move(user, initiative, "launch", (DRAFT,), stage=LAUNCHED)


def end(user: Any, initiative: Initiative) -> Initiative:
    """End it, reached or not. Raises PermissionDenied or Conflict."""
    require(user, initiative.team)
    now = timezone.now()
    return _move(user, initiative, "end", (LAUNCHED,), stage=ENDED, ended_at=now, ended_by=user.get_username())


def promote(user: Any, initiative: Initiative) -> Initiative:
    """Make its aim a standard: the initiative ends, and what it aimed at is watched from now on."""
    require(user, initiative.team)
    now = timezone.now()
    ended = {"ended_at": now, "ended_by": user.get_username()} if initiative.stage != ENDED else {}
    if initiative.standard:
        raise Conflict("It is a standard already.")
    fields = {"promoted_at": now, "withdrawn_at": None, "withdrawn_by": "", **ended}
    return _move(user, initiative, "promote", (LAUNCHED, ENDED), stage=ENDED, **fields)


def withdraw(user: Any, initiative: Initiative) -> Initiative:
    """Its aim is no standard any more; what was, stays on record. Raises PermissionDenied or Conflict."""
    require(user, initiative.team)
    standing = Initiative.objects.standards().filter(pk=initiative.pk)
    with transaction.atomic():
        if not standing.update(withdrawn_at=timezone.now(), withdrawn_by=user.get_username()):
            raise Conflict("It is no standard, so there is nothing to withdraw.")
        audit.record(user, "initiative.withdraw", initiative.title, severity="medium", initiative=initiative.pk)
    initiative.refresh_from_db()
    return initiative


def _move(user: Any, initiative: Initiative, verb: str, stages: tuple[str, ...], **fields: Any) -> Initiative:
    with transaction.atomic():
        if not Initiative.objects.filter(pk=initiative.pk, stage__in=stages).update(**fields):
            raise Conflict(f"It cannot be done now: the initiative is {initiative.state_on(timezone.now().date())}.")
        audit.record(user, f"initiative.{verb}", initiative.title, severity="medium", initiative=initiative.pk)
    initiative.refresh_from_db()
    return initiative
