"""What intake keeps for how long: accepted and refused events INTAKE_KEEP_DAYS, commits that no deployment brought as long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils import timezone

from deployments.models import IntakeEvent, MergedCommit, RefusedEvent
from portal.jobs.context import JobContext
from portal.plugins import Job

BATCH = 5_000
"""Rows of one transaction."""


def run(context: JobContext) -> dict[str, Any]:
    """Delete what is older, in small transactions; may be stopped and called again."""
    before = timezone.now() - timedelta(days=settings.INTAKE_KEEP_DAYS)
    done = {
        "accepted": _forget(IntakeEvent.objects.filter(received_at__lt=before), context),
        "refused": _forget(RefusedEvent.objects.filter(last_at__lt=before), context),
        "commits": _forget(MergedCommit.objects.filter(received_at__lt=before), context),
    }
    context.log(", ".join(f"{count} {name}" for name, count in done.items()))
    return done


def _forget(rows: QuerySet[Any, Any], context: JobContext) -> int:
    total = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        context.check()
        model: type[Model] = rows.model
        total += model._default_manager.filter(pk__in=ids).delete()[0]
    return total


JOB = Job("deployments.intake_retention", "Forget old events", run, cron="17 3 * * *", keep=30)
