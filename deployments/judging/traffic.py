"""How much traffic a service has, and how much of it fails: the last day of its Lambda functions, kept as a fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from deployments.models import MetricSample, Rollout
from portal.aws import cloudwatch
from portal.aws.cloudwatch import Metric, Point
from portal.aws.errors import AwsError
from portal.jobs.context import JobContext
from portal.plugins import Job
from services import facts
from services.facts import Observation
from services.models import Entity

FACT = "deployments.traffic"
HOUR, HOURS = 3600, 24
VALID = timedelta(hours=30)
Place = tuple[str, str]


@dataclass(frozen=True)
class Traffic:
    """Requests a minute, the share of them that fails (0 to 1), and where that was read."""

    per_minute: float
    rate: float
    source: str


@dataclass
class Count:
    """What was counted of one service; `broken` where one of its places did not answer."""

    entity: Entity
    requests: float = 0.0
    errors: float = 0.0
    hours: int = 0
    broken: bool = False

    def add(self, requests: Sequence[Point], errors: Sequence[Point]) -> None:
        """Add the hours of one function."""
        self.requests += sum(point.value for point in requests)
        self.errors += sum(point.value for point in errors)
        self.hours = max(self.hours, len(requests))

    def value(self) -> dict[str, Any]:
        """The fact. Two figures are enough for a forecast, and keep its history short."""
        per_minute = self.requests / (60 * self.hours)
        rate = self.errors / self.requests if self.requests else 0.0
        return {"per_minute": float(f"{per_minute:.2g}"), "error_rate": float(f"{rate:.2g}"), "hours": self.hours}


def of(entity: Entity) -> Traffic | None:
    """The last day's traffic of a service, else that of its newest rollout; None where neither was counted."""
    fact = facts.current(entity).get(FACT)
    if fact is not None and fact.fresh and fact.value["per_minute"]:
        source = f"counted over {fact.value['hours']}\u202fh until {fact.observed_at:%d %b %H:%M} UTC"
        return Traffic(fact.value["per_minute"], fact.value["error_rate"], source)
    return _of_last_rollout(entity)


def run(context: JobContext) -> dict[str, Any]:
    """Count the last 24 whole hours of every function that discovery has found, and leave one fact a service."""
    places: dict[Place, list[tuple[Count, str]]] = {}
    services = {service.pk: service for service in Entity.objects.services()}
    for pk, known in facts.bulk_current(list(services.values())).items():
        count = Count(services[pk])
        for item in known["aws.lambda"].value.get("items", []) if "aws.lambda" in known else []:
            places.setdefault((item["account"], item["region"]), []).append((count, item["name"]))
    silent = 0
    for number, (place, functions) in enumerate(sorted(places.items(), key=lambda pair: pair[0])):
        context.check()
        context.progress(number, len(places), f"{place[0]} {place[1]}")
        try:
            _count(place, functions)
        except AwsError as error:
            silent += 1
            context.log(str(error))
            for count, _ in functions:
                count.broken = True
    counted = {id(count): count for functions in places.values() for count, _ in functions if count.hours}
    whole, now = [count for count in counted.values() if not count.broken], timezone.now()
    facts.publish_all(
        Observation(count.entity, FACT, count.value(), "deployments", now, now + VALID, "") for count in whole
    )
    return {"services": len(whole), "silent": silent}


def _count(place: Place, functions: Sequence[tuple[Count, str]]) -> None:
    end = cloudwatch.aligned(timezone.now(), HOUR)
    asked = [
        Metric("AWS/Lambda", name, {"FunctionName": function})
        for _, function in functions
        for name in ("Invocations", "Errors")
    ]
    series = cloudwatch.read(*place, asked, end - timedelta(hours=HOURS), end, HOUR)
    for (count, _), requests, errors in zip(functions, series[::2], series[1::2], strict=True):
        count.add(requests, errors)


def _of_last_rollout(entity: Entity) -> Traffic | None:
    for rollout in Rollout.objects.filter(entity=entity).select_related("plan").order_by("-id")[:5]:
        both = Coalesce(F("canary_requests"), 0.0) + Coalesce(F("baseline_requests"), 0.0)
        samples = MetricSample.objects.filter(rollout=rollout)
        found = samples.aggregate(all=Sum(both), asked=Sum("baseline_requests"), failed=Sum("baseline_errors"))
        minutes = samples.count() * rollout.plan.plan.period / 60
        if minutes and found["asked"]:
            source = f"counted while {rollout.version} was rolled out"
            return Traffic(found["all"] / minutes, found["failed"] / found["asked"], source)
    return None


JOB = Job("deployments.traffic", "Count the traffic of services", run, every=6 * HOUR, keep=5, lease=120)
