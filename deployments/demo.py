"""The demo organisation's deployments: what was released before, its rollouts, gates, senders and figures."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from deployments import ingest
from deployments.dora import demo as dora_demo
from deployments.gates import demo as gates_demo
from deployments.intake import demo as intake_demo
from deployments.judging import demo as judging_demo
from deployments.models.states import SUCCEEDED
from deployments.rollouts import demo as rollouts_demo
from portal.jobs.context import JobContext
from services.models import Entity

# (service, version, days ago): what was released before, as a pipeline would have reported it.
BEFORE = (
    ("checkout", "2026.11.2", 9), ("checkout", "2026.11.1", 17), ("ledger", "5.14.0", 6), ("ledger", "5.13.2", 20),
    ("products", "88", 2), ("prices", "31", 12), ("login", "2026.47", 4), ("search-api", "7.2.1", 5),
    ("shipping", "410", 3), ("tracking", "64", 27), ("invoices", "19", 48), ("reviews", "3.0.9", 75),
)  # fmt: skip


def load(context: JobContext) -> None:
    """Report what was released before, and start the rollouts. May be called again."""
    _history()
    dora_demo.load()
    gates_demo.load(context)
    intake_demo.load(context)
    judging_demo.load(context)
    rollouts_demo.load(context)


def _history() -> None:
    entities = {entity.name: entity for entity in Entity.objects.services().filter(name__in={row[0] for row in BEFORE})}
    now = timezone.now()
    for name, version, days in BEFORE:
        if name in entities:
            at = now - timedelta(days=days, hours=3)
            ingest.record(
                entities[name], source="pipeline", external_id=f"{name}-{version}", occurred_at=at, version=version,
                state=SUCCEEDED, started_at=at - timedelta(minutes=14), finished_at=at, actor="pipeline",
            )  # fmt: skip
