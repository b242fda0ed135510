"""The job `deployments.released`: say of each service which version was released last, whoever reported it.

Rollouts of the portal, CI events and webhooks all end in deployments, so this is the one place that knows the version that
runs. Others read the fact, such as chaos, whose proofs count for one version.
"""

from __future__ import annotations

from typing import Any

from deployments import queries
from portal.jobs.context import JobContext
from portal.plugins import Job
from services import facts
from services.models import Entity

FACT = "deployments.release"
SCHEMA = {f"{FACT}.version": "string", f"{FACT}.at": "timestamp", f"{FACT}.summary": "string"}


def run(context: JobContext) -> dict[str, Any]:
    """The job: all services that were ever released; only what changed is written."""
    return {"changed": publish_all()}


def publish_all() -> int:
    """Publish what is new; answers how many facts changed."""
    services = list(Entity.objects.services().filter(deployments__isnull=False).distinct())
    found, known = queries.latest_released(services), facts.bulk_current(services, keys=[FACT])
    new = []
    for service in services:
        row, fact = found.get(service.pk), known.get(service.pk, {}).get(FACT)
        if row is None:
            continue
        value = {
            "version": row.version, "at": row.occurred_at.isoformat(), "summary": f"{row.version} was released",
        }  # fmt: skip
        if fact is None or fact.value != value:
            new.append(facts.Observation(service, FACT, value, "deployments", url=row.url))
    return facts.publish_all(new)


JOB = Job("deployments.released", "Say which version runs", run, every=30, keep=20)
