"""`python -m benchmarks.dora_pages`: what the DORA report takes of the server in a portal that is filled; prints JSON."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import django

from benchmarks.questions import took

SERVICES, DEPLOYMENTS, TEAMS, DAYS, VISITS, AT_ONCE = 1000, 50_000, 50, 365, 7, 5000
PAGES = {
    "a year": "/deployments/dora/?days=365",
    "a year by service": "/deployments/dora/?days=365&by=service",
    "90 days": "/deployments/dora/",
    "a team's year": "/deployments/dora/?days=365&team=team-3",
    "the failed ones of a year": "/deployments/dora/deployments/failed/?days=365",
}


def fill() -> None:
    """Write it all, the same each time but for the moment it ends at."""
    from django.utils import timezone

    from deployments.models import Deployment, DeploymentCommit, Incident
    from portal import bulk
    from services.models import Entity

    chance, now = random.Random(5), timezone.now()
    Entity.objects.bulk_create(
        Entity(
            kind="component",
            name=f"service-{n}",
            owner_ref=f"group:default/team-{n % TEAMS}",
            system_ref=f"system:default/s-{n % 80}",
        )
        for n in range(SERVICES)
    )
    services = list(Entity.objects.values_list("pk", flat=True))
    Deployment.objects.bulk_create(_deployments(services, now, chance), batch_size=AT_ONCE)
    ended = list(Deployment.objects.order_by("pk").values_list("pk", "service_id", "finished_at", "state"))
    DeploymentCommit.objects.bulk_create(
        (
            DeploymentCommit(deployment_id=pk, sha=f"{n:040d}", committed_at=at - timedelta(hours=chance.expovariate(0.05)))
            for pk, _, at, _ in ended if chance.random() < 0.9 for n in range(chance.choice((1, 2, 3)))
        ),
        batch_size=AT_ONCE,
    )  # fmt: skip
    Incident.objects.bulk_create(
        Incident(
            service_id=service, deployment_id=pk, source="bench", external_id=str(pk), title="it broke", opened_at=at,
            resolved_at=at + timedelta(hours=8 * chance.random()), occurred_at=at,
        )
        for pk, service, at, state in ended if state == "succeeded" and chance.random() < 0.04
    )  # fmt: skip
    bulk.settle(Deployment, DeploymentCommit, Incident, Entity)


def _deployments(services: list[int], now: datetime, chance: random.Random) -> Iterator[Any]:
    from deployments.models import Deployment

    for n in range(DEPLOYMENTS):
        at = now - timedelta(days=DAYS * chance.random())
        state = chance.choices(("succeeded", "failed", "rolled_back"), (95, 2, 3))[0]
        yield Deployment(
            service_id=services[n % SERVICES], version=str(n), source="bench", external_id=str(n), state=state, occurred_at=at,
            finished_at=at, contained=state == "rolled_back" and chance.random() < 0.5, remediates=chance.random() < 0.02,
            rollback_of=str(n - SERVICES) if n > SERVICES and chance.random() < 0.02 else "",
        )  # fmt: skip


def main() -> None:
    """Page → [milliseconds of processor time, the database's too (the mean of some visits), statements sent to it]."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    fill()
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(get_user_model().objects.create_superuser("reader"))
    found = {}
    for name, path in PAGES.items():
        cost = took(partial(client.get, path), VISITS)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answers {answer.status_code}")
        found[name] = (cost, len(queries))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
