"""Deployments of three months and the incidents that they caused, as CI and the incident tool tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from deployments import ingest
from deployments.intake import incidents
from deployments.models.states import SUCCEEDED
from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.logs import logs
from tests.scorecards.library.stage import Stage


def delivered(stage: Stage, number: int, *, harmful: int, hours: float) -> Iterator[None]:
    """So many deployments in as many days; each of the harmful ones hurt people for so many hours."""
    logs(stage)
    yield
    for day in range(1, number + 1):
        at, name = timezone.now() - timedelta(days=5 + day), f"{stage.name}-{day}"
        ingest.record(
            stage.service, source="github", external_id=name, occurred_at=at, state=SUCCEEDED, version=str(day),
            started_at=at, finished_at=at,
        )  # fmt: skip
        if day <= harmful:
            incidents.record(
                stage.service, source="pagerduty", external_id=name, occurred_at=at, opened_at=at, caused_by=name,
                resolved_at=at + timedelta(hours=hours),
            )  # fmt: skip


@passes("deployments.few-fail", "deployments.recovers-within-a-day")
def delivery_that_seldom_hurts(stage: Stage) -> Iterator[None]:
    return delivered(stage, 8, harmful=1, hours=2)


@fails("deployments.few-fail")
def delivery_that_often_hurts(stage: Stage) -> Iterator[None]:
    return delivered(stage, 8, harmful=3, hours=2)


@fails("deployments.recovers-within-a-day")
def delivery_that_hurts_for_long(stage: Stage) -> Iterator[None]:
    return delivered(stage, 8, harmful=1, hours=70)
