"""Reads flags and leaves them as facts."""

from __future__ import annotations

from typing import Any

from acme_flags.models import Flag
from portal.jobs.context import JobContext
from services import facts
from services.models import Entity


def collect(context: JobContext) -> dict[str, Any]:
    """The job: one fact per service."""
    services = list(Entity.objects.services())
    for number, entity in enumerate(services):
        context.check()
        context.progress(number, len(services), entity.name)
        stale = Flag.objects.filter(entity_ref=entity.ref, stale=True).count()
        facts.publish(entity, "acme.flags", {"stale": stale}, source="acme_flags")
    return {"services": len(services)}


def load_demo(context: JobContext) -> None:
    """The demo step: one flag that should have gone."""
    Flag.objects.get_or_create(entity_ref="component:default/checkout", name="new-basket", defaults={"stale": True})
