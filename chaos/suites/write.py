"""Create and change suites, with their schedule in step and an audit row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from chaos.engine.definition import Invalid
from chaos.models import Experiment
from chaos.suites.models import Suite
from portal.access import audit, policy
from portal.jobs import queue
from portal.jobs.cron import check_rule
from services.models import Entity

JOB = "chaos.suite"
MOST = 20
FIELDS = ("title", "cron", "timezone", "enabled")


def save(row: Suite | None, service: Entity, fields: Mapping[str, Any], by: Any) -> Suite:
    """Create or change a suite; `experiments` are slugs of the service's own experiments, in their order.

    It starts chaos, so it needs an operator. Raises PermissionDenied and Invalid.
    """
    policy.require(by, "operator", service.owner_ref)
    made = row or Suite(service=service, created_by=by.get_username())
    for name in FIELDS:
        if name in fields:
            setattr(made, name, fields[name])
    if "experiments" in fields:
        made.experiments = _experiments(service, fields["experiments"])
    if not str(made.title).strip() or len(made.title) > 120:
        raise Invalid("title", "Give a title of at most 120 characters.")
    if not made.experiments:
        raise Invalid("experiments", "Give at least one experiment of the service.")
    _check_rule(made)
    try:
        with transaction.atomic():
            made.save()
            queue.schedule(
                made.schedule_key, JOB, cron=made.cron, timezone_name=made.timezone, args={"suite": made.pk},
                enabled=made.enabled, title=f"Suite {made.title} on {service.name}",
            )  # fmt: skip
            action = "chaos.suite.change" if row else "chaos.suite.create"
            detail = {"enabled": made.enabled, "cron": made.cron, "experiments": made.experiments}
            audit.record(by, action, f"suite:{made.pk}", severity="medium", **detail)
    except IntegrityError as error:
        raise Invalid("title", "The service has a suite of this title: choose another.") from error
    return made


def remove(row: Suite, by: Any) -> None:
    """Remove a suite with its schedule; the runs of its experiments stay. Raises PermissionDenied."""
    policy.require(by, "operator", row.owner_ref)
    with transaction.atomic():
        queue.unschedule(row.schedule_key)
        audit.record(by, "chaos.suite.remove", f"suite:{row.pk}", severity="medium", title=row.title)
        row.delete()


def _experiments(service: Entity, slugs: Sequence[str]) -> list[int]:
    if len(slugs) > MOST or len(set(slugs)) != len(slugs):
        raise Invalid("experiments", f"Give at most {MOST} experiments, each once.")
    known = dict(Experiment.objects.filter(service=service, slug__in=slugs).values_list("slug", "pk"))
    missing = [slug for slug in slugs if slug not in known]
    if missing:
        raise Invalid(
            "experiments", f"{missing[0][:80]!r} is no experiment of {service.name}: use the slug of its address."
        )
    return [known[slug] for slug in slugs]


def _check_rule(row: Suite) -> None:
    try:
        check_rule(row.cron, None, row.timezone)
    except ValueError as error:
        field = "timezone" if "timezone" in str(error) else "cron"
        raise Invalid(field, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
