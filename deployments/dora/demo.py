"""Four months of deliveries of the demo organisation, always the same: commits, failures, rollbacks, fixes and incidents."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from deployments.models import Deployment, DeploymentCommit, Incident
from deployments.models.states import DEPLOY, ROLLBACK, ROLLED_BACK, SUCCEEDED
from services.models import Entity

DAYS, SOURCE = 120, "delivery-demo"


@dataclass(frozen=True)
class Habit:
    """How a team delivers: deployments a week, hours from commit to production, the share that fails, hours to recover."""

    weekly: float
    lead: float
    fails: float
    recovers: float


HABITS = {
    "checkout": Habit(5, 6, 0.06, 1), "ledger": Habit(1.5, 40, 0.12, 5), "products": Habit(4, 10, 0.08, 2),
    "prices": Habit(2, 22, 0.1, 3), "login": Habit(2.5, 15, 0.04, 1.5), "search-api": Habit(3, 12, 0.15, 4),
    "shipping": Habit(1, 60, 0.2, 9), "tracking": Habit(0.7, 80, 0.25, 14),
}  # fmt: skip


def load() -> int:
    """Tell the history; how many deployments are new. May be called again."""
    if Deployment.objects.filter(source=SOURCE).exists():
        return 0
    services = Entity.objects.services().filter(name__in=HABITS)
    return sum(_tell(service, HABITS[service.name]) for service in services)


def _tell(service: Entity, habit: Habit) -> int:
    seed, end = zlib.crc32(service.name.encode()), _before_all_others(service)
    rng = random.Random(seed)  # noqa: S311 a story, not a secret
    at, number = end - timedelta(days=DAYS), 0
    while (at := at + timedelta(days=7 / habit.weekly * rng.uniform(0.4, 1.6))) < end:
        number += 1
        fate = rng.random()
        if fate < habit.fails:
            _failure(service, habit, number, at, rng)
        elif fate < habit.fails + 0.04:
            _deploy(service, f"{number}", at, state=ROLLED_BACK, contained=True, strategy="canary")
        else:
            _commits(_deploy(service, f"{number}", at), habit, rng)
    return number


def _before_all_others(service: Entity) -> datetime:
    """The history ends where that of the other demo data begins, so that what is live stays what it was."""
    first = Deployment.objects.filter(service=service).order_by("occurred_at").first()
    return (first.occurred_at if first else timezone.now()) - timedelta(days=1)


def _failure(service: Entity, habit: Habit, number: int, at: datetime, rng: random.Random) -> None:
    """A bad deployment, an incident or two, and what ended it: a rollback or a fix."""
    bad = _deploy(service, f"{number}", at)
    _commits(bad, habit, rng)
    over = at + timedelta(hours=habit.recovers * rng.uniform(0.4, 1.8))
    for incident in range(rng.choice((0, 1, 1, 2))):
        began = at + timedelta(minutes=rng.uniform(3, 20))
        Incident.objects.create(
            service=service, deployment=bad, source=SOURCE, external_id=f"{service.name}-{number}-{incident}",
            title=f"{service.label}: {rng.choice(('errors', 'slow answers', 'wrong answers'))} after {bad.version}",
            opened_at=began, resolved_at=over, occurred_at=over,
        )  # fmt: skip
    if rng.random() < 0.5:
        _deploy(service, f"{number}-back", over, kind=ROLLBACK, rollback_of=bad.external_id)
    else:
        _commits(_deploy(service, f"{number}.1", over, remediates=True), habit, rng, most=1)


def _deploy(
    service: Entity, name: str, at: datetime, *, state: str = SUCCEEDED, kind: str = DEPLOY, contained: bool = False,
    strategy: str = "", rollback_of: str = "", remediates: bool = False,
) -> Deployment:  # fmt: skip
    return Deployment.objects.create(
        service=service, source=SOURCE, external_id=f"{service.name}-{name}", version=f"{at:%Y.%m}.{name}", state=state, kind=kind,
        contained=contained, strategy=strategy, rollback_of=rollback_of, remediates=remediates, actor="pipeline",
        started_at=at - timedelta(minutes=11), finished_at=at, occurred_at=at,
    )  # fmt: skip


def _commits(row: Deployment, habit: Habit, rng: random.Random, most: int = 4) -> None:
    ended = row.finished_at or row.occurred_at
    DeploymentCommit.objects.bulk_create(
        DeploymentCommit(
            deployment=row, sha=f"{rng.getrandbits(160):040x}",
            committed_at=ended - timedelta(hours=habit.lead * rng.lognormvariate(0, 0.6)),
        )
        for _ in range(rng.randint(0 if rng.random() < 0.1 else 1, most))
    )  # fmt: skip
