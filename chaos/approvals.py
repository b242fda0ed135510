"""Approvals by a second person: what needs one, who may give it, and whether it still stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from chaos import targets
from chaos.engine import approval, method
from chaos.engine.approval import Given, Wanted
from chaos.engine.definition import Invalid
from chaos.models import Approval, Experiment, ExperimentRun
from portal.access import audit, policy
from portal.aws.accounts import accounts

PRODUCTION = {"prod", "production"}
SCHEDULE = "schedule"


def needed(experiment: Experiment) -> str:
    """Why a second person has to approve this experiment, or "" where nobody has to."""
    rule = settings.CHAOS_APPROVAL
    if rule == "none":
        return ""
    if rule == "all":
        return "every experiment needs a second person here"
    if experiment.service.lifecycle.lower() in PRODUCTION:
        return f"{experiment.service.name} is in production"
    used = {step.arguments.get("account", "") for step in method.faults(experiment.steps)}
    marked = [account for account in accounts() if account.account_id in used and _is_production(account.name)]
    return f"{marked[0].account_id} ({marked[0].name}) is a production account" if marked else ""


def _is_production(name: str) -> bool:
    """An account is marked by its name: a word of it is prod or production."""
    return bool(PRODUCTION & set(re.split(r"[^a-z]+", name.lower())))


def refusal(run: ExperimentRun, preview: Mapping[str, Any] | None = None) -> str:
    """Why the run may not go on for want of an approval, or "". Without a preview only what is known is asked."""
    if not needed(run.experiment):
        return ""
    author = Experiment.objects.filter(pk=run.experiment_id).values_list("changed_by", flat=True).first() or ""
    wanted = Wanted(
        experiment_sha256=run.experiment_sha256,
        targets_hash=preview["targets_hash"] if preview else "",
        shape_hash=targets.shape_digest(run.experiment_sha256, preview["steps"], run.steps) if preview else "",
        people=frozenset({run.requested_by, author}),
        scheduled=run.job_run is not None and run.requested_by == SCHEDULE,
    )
    why = approval.refusal(wanted, _given(run.experiment_id), timezone.now())
    return f"refused: {why}" if why else ""


def _given(experiment: int) -> list[Given]:
    rows = Approval.objects.filter(experiment=experiment)[:50]
    return [
        Given(row.by, row.experiment_sha256, row.bound_to, row.standing, row.expires_at, row.withdrawn_by)
        for row in rows
    ]


def may_not(user: Any, experiment: Experiment) -> str:
    """Why this person cannot be the second one, or ""."""
    if not policy.may(user, "operator", experiment.owner_ref):
        team = experiment.owner_ref.rpartition("/")[2] or "the portal"
        return f"You need the role operator of {team} to approve this experiment. Ask an admin for it."
    if user.get_username() == experiment.changed_by:
        return "You wrote this version of the experiment: somebody else has to approve it."
    return ""


def approve(experiment: Experiment, user: Any, seen: str, *, standing: bool = False, reason: str = "") -> Approval:
    """Approve the experiment as it is and the targets that were `seen` (their hash, as page and REST show it).

    Raises PermissionDenied, or Invalid where there is nothing that could be approved.
    """
    if why := may_not(user, experiment):
        raise PermissionDenied(why)
    now = timezone.now()
    bound = _bound(experiment, seen, standing)
    lasts = timedelta(days=settings.CHAOS_STANDING_DAYS) if standing else timedelta(hours=settings.CHAOS_APPROVAL_HOURS)
    with transaction.atomic():
        made = Approval.objects.create(
            experiment=experiment, experiment_sha256=experiment.sha256, bound_to=bound, standing=standing,
            by=user.get_username(), reason=reason.strip()[:500], at=now, expires_at=now + lasts,
        )  # fmt: skip
        detail = {
            "sha256": made.experiment_sha256,
            "bound_to": bound,
            "standing": standing,
            "reason": made.reason[:300],
        }
        audit.record(user, "chaos.approve", f"experiment:{experiment.slug}", severity="high", **detail)
    return made


def _bound(experiment: Experiment, seen: str, standing: bool) -> str:
    preview = experiment.preview or {}
    rows = preview.get("steps", [])
    current = targets.digest(experiment.sha256, rows)
    if not rows or preview.get("targets_hash") != current:
        raise Invalid("targets_hash", "The targets of this version are not known yet: let a worker look them up.")
    if seen != current:
        raise Invalid("targets_hash", "The targets changed since you looked: look at them again, then approve.")
    if refused := targets.refusals(rows):
        raise Invalid("targets_hash", f"The targets are refused, so there is nothing to approve: {refused[0]}")
    return targets.shape_digest(experiment.sha256, rows, experiment.steps) if standing else current


def withdraw(experiment: Experiment, user: Any) -> int:
    """Take back every approval that still counts; any operator of the team may. Answers how many there were."""
    policy.require(user, "operator", experiment.owner_ref)
    now = timezone.now()
    with transaction.atomic():
        taken = Approval.objects.filter(experiment=experiment, withdrawn_at=None, expires_at__gt=now).update(
            withdrawn_at=now, withdrawn_by=user.get_username()
        )
        if taken:
            audit.record(user, "chaos.approval.withdraw", f"experiment:{experiment.slug}", severity="high", count=taken)
    return taken


def card(experiment: Experiment, user: Any) -> dict[str, Any] | None:
    """What the experiment's page shows of approvals; None where nobody has to approve."""
    why = needed(experiment)
    if not why:
        return None
    given, now = _given(experiment.pk), timezone.now()
    rows = list(Approval.objects.filter(experiment=experiment)[:50])
    voids = [approval.why_not(_wanted_now(experiment, one.standing), one, now) for one in given]
    forbidden = may_not(user, experiment)
    return {
        "needed": why,
        "standing": [row for row, void in zip(rows, voids, strict=True) if not void],
        "void": voids[0] if voids else "",
        "may": not forbidden,
        "may_not": forbidden,
        "hours": settings.CHAOS_APPROVAL_HOURS,
        "days": settings.CHAOS_STANDING_DAYS,
    }


def _wanted_now(experiment: Experiment, scheduled: bool) -> Wanted:
    """What a run of this moment would ask for, as far as the stored look at the targets tells."""
    preview = experiment.preview or {"steps": []}
    rows = preview["steps"]
    return Wanted(
        experiment_sha256=experiment.sha256,
        targets_hash=targets.digest(experiment.sha256, rows) if rows else "",
        shape_hash=targets.shape_digest(experiment.sha256, rows, experiment.steps) if rows else "",
        people=frozenset({experiment.changed_by}),
        scheduled=scheduled,
    )
