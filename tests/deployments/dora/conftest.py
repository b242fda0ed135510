"""Eight deployments and four incidents whose figures were worked out by hand (see docs/deployments/dora.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments.models import Deployment, DeploymentCommit, Incident
from services.models import Entity

DAY_ONE = datetime(2026, 11, 2, tzinfo=UTC)
"""A Monday; the window is the ten days from here."""
TEN_DAYS = "?since=2026-11-02&until=2026-11-11"


def hours(number: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=number)


@dataclass
class History:
    """What happened to one service; `deploy` and `incident` add to it."""

    service: Entity

    def deploy(self, name: str, day: float, *leads: float, **fields: Any) -> Deployment:
        """A deployment that ended so many days after the beginning, with commits that many hours older."""
        ended = DAY_ONE + timedelta(days=day)
        values = {"state": "succeeded", "source": "ci", "version": name, **fields}
        row = Deployment.objects.create(
            service=self.service,
            external_id=f"{self.service.name}-{name}",
            occurred_at=ended,
            finished_at=ended,
            **values,
        )
        DeploymentCommit.objects.bulk_create(
            DeploymentCommit(deployment=row, sha=f"{name}-{number}", committed_at=ended - hours(lead))
            for number, lead in enumerate(leads)
        )
        return row

    def incident(self, caused_by: Deployment, after: float, lasting: float | None, name: str = "") -> Incident:
        """An incident that began so many hours after the deployment and was over that many hours after it."""
        ended = caused_by.finished_at or caused_by.occurred_at
        return Incident.objects.create(
            service=self.service, deployment=caused_by, source="pager", external_id=name or f"i{Incident.objects.count()}",
            title="Errors at the till", opened_at=ended + hours(after), occurred_at=ended,
            resolved_at=None if lasting is None else ended + hours(lasting),
        )  # fmt: skip


@pytest.fixture
def history(service: Callable[..., Entity]) -> Callable[..., History]:
    """history("checkout", team="payments")."""
    return lambda name="checkout", **fields: History(service(name, **fields))


@pytest.fixture
def worked(history: Callable[..., History]) -> History:
    """The worked example: d1 to d8."""
    told = history()
    told.deploy("d1", 0.5, 2, 30)
    d2 = told.deploy("d2", 1.5, 5)
    told.deploy("d3", 1.6, 9, remediates=True)
    told.deploy("d4", 3, 12)
    d5 = told.deploy("d5", 5, 20)
    told.deploy("d6", 5.1, kind="rollback", rollback_of=d5.external_id)
    told.deploy("d7", 7, 48)
    told.deploy("d8", 8, state="rolled_back")
    for after, over in ((0.1, 0.5), (0.2, 1.0), (0.3, 100 / 60)):
        told.incident(d2, after, over)
    told.incident(d5, 0.5, 370 / 60)
    return told
