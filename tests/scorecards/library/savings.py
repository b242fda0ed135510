"""Cost reviews: what they find in fourteen days of CloudWatch, and what a team decides about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from costs import decide, review
from costs.inventory import inventories
from costs.models import Finding
from portal.access.models import Grant
from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.fleets import fleet
from tests.scorecards.library.stage import TEAM, Stage
from tests.scorecards.library.tables import table
from tests.scorecards.library.usage import busy, used

PRICED = "m5.large"
"""A type whose price on demand and on spot is known."""
REFUSED = ("AccessDenied", 403)


def machines(stage: Stage, cpu: float, **settings: Any) -> None:
    """A fleet that was so busy, in percent of its processors."""
    fleet(stage, instance_type=PRICED, **settings)
    busy(stage, cpu)


def rows(stage: Stage, reads: float, writes: float = 1) -> None:
    """A table with so many reads and writes a second."""
    table(stage)
    for kind, rate in (("Read", reads), ("Write", writes)):
        used(stage, "AWS/DynamoDB", f"Consumed{kind}CapacityUnits", rate * 3600, TableName=stage.name)


def looked_up(stage: Stage, missed: float) -> None:
    """What the service counts itself: so large a share of its look-ups found nothing."""
    for kind, count in (("Lookups", 1000.0), ("Misses", 1000 * missed)):
        used(stage, stage.name.title(), kind, count, Service=stage.name)


def reviewed(stage: Stage, now: datetime | None = None) -> None:
    """Hold the review of the service's team, with this service only."""
    review.hold(f"group:default/{TEAM}", inventories([stage.service]), by="mira", now=now)


def decided(stage: Stage, detector: str, state: str) -> None:
    """What mira says of a finding."""
    mira, _ = User.objects.get_or_create(username="mira")
    Grant.objects.update_or_create(user=mira, team_ref=f"group:default/{TEAM}", defaults={"role": "operator"})
    found = Finding.objects.get(service=stage.service, detector=detector)
    decide.decide(found, state, by=mira, reason="Licensed by the socket.")


@passes(
    "costs.review-held", "costs.review-complete", "costs.no-idle-instances", "costs.spot-considered",
    "costs.lambda-considered", "costs.no-large-saving-open",
)  # fmt: skip
def machines_kept_busy(stage: Stage) -> Iterator[None]:
    machines(stage, 60, on_demand=50)
    yield
    reviewed(stage)


@fails("costs.review-held")
def review_of_last_quarter(stage: Stage) -> Iterator[None]:
    rows(stage, 1)
    yield
    reviewed(stage, timezone.now() - timedelta(days=40))


@fails("costs.review-complete")
def review_that_an_account_denied(stage: Stage) -> Iterator[None]:
    rows(stage, 1)
    yield
    denied = ("cloudwatch", "GetMetricData", stage.place.account, stage.place.region)
    stage.state.refusals[denied] = REFUSED
    reviewed(stage)
    del stage.state.refusals[denied]


@fails("costs.no-idle-instances", "costs.lambda-considered")
def machines_that_stand_idle(stage: Stage) -> Iterator[None]:
    machines(stage, 2, size=1, zones=1)
    yield
    reviewed(stage)


@fails("costs.lambda-considered")
def machines_for_few_requests(stage: Stage) -> Iterator[None]:
    machines(stage, 20, size=1, zones=1)
    yield
    reviewed(stage)


@passes("costs.lambda-considered")
def machines_that_lambda_cannot_replace(stage: Stage) -> Iterator[None]:
    machines(stage, 20, size=1, zones=1)
    yield
    reviewed(stage)
    decided(stage, "lambda-instead-of-ec2", Finding.State.DISMISSED)


@fails("costs.spot-considered")
def machines_that_could_be_spot(stage: Stage) -> Iterator[None]:
    machines(stage, 60)
    yield
    reviewed(stage)


@passes("costs.spot-considered")
def machines_that_will_be_spot(stage: Stage) -> Iterator[None]:
    machines(stage, 60)
    yield
    reviewed(stage)
    decided(stage, "spot", Finding.State.ACCEPTED)


@fails("costs.no-large-saving-open", "costs.spot-considered")
def machines_in_great_number(stage: Stage) -> Iterator[None]:
    machines(stage, 60, size=8)
    yield
    reviewed(stage)


@passes("costs.read-cache", "costs.negative-cache")
def rows_seldom_read(stage: Stage) -> Iterator[None]:
    rows(stage, 1)
    looked_up(stage, missed=0.01)
    yield
    reviewed(stage)


@fails("costs.read-cache", "costs.no-large-saving-open")
def rows_mostly_read(stage: Stage) -> Iterator[None]:
    rows(stage, 1500)
    yield
    reviewed(stage)


@fails("costs.negative-cache")
def rows_that_are_not_there(stage: Stage) -> Iterator[None]:
    rows(stage, 90)
    looked_up(stage, missed=0.5)
    yield
    reviewed(stage)
