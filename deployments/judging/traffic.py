"""How much traffic a service has, and how much of it fails: the last day of its Lambda functions, kept as a fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from deployments.models import MetricSample, Rollout
from portal.aws import cloudwatch
from portal.aws.cloudwatch import Metric
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


def of(entity: Entity) -> Traffic | None:
    """The last day's traffic of a service, else that of its newest rollout; None where neither was counted."""
    fact = facts.current(entity).get(FACT)
    if fact is not None and fact.fresh and fact.value["requests"]:
        source = f"counted over {fact.value['hours']}\u202fh until {fact.observed_at:%d %b %H:%M} UTC"
        return Traffic(fact.value["per_minute"], fact.value["error_rate"], source)
    return _of_last_rollout(entity)


def run(context: JobContext) -> dict[str, Any]:
    """Count the last 24 whole hours of every function that discovery has found, and leave one fact a service."""
    places: dict[Place, list[tuple[Entity, str]]] = {}
    services = list(Entity.objects.services())
    for entity_pk, known in facts.bulk_current(services).items():
        entity = next(one for one in services if one.pk == entity_pk)
        for item in known["aws.lambda"].value.get("items", []) if "aws.lambda" in known else []:
            places.setdefault((item["account"], item["region"]), []).append((entity, item["name"]))
    counted: dict[int, tuple[Entity, float, float, int]] = {}
    silent = 0
    for number, (place, functions) in enumerate(sorted(places.items())):
        context.check()
        context.progress(number, len(places), f"{place[0]} {place[1]}")
        try:
            _count(place, functions, counted)
        except AwsError as error:
            silent += 1
            context.log(str(error))
    facts.publish_all(_observation(*row) for row in counted.values())
    return {"services": len(counted), "silent": silent}


def _count(
    place: Place, functions: list[tuple[Entity, str]], counted: dict[int, tuple[Entity, float, float, int]]
) -> None:
    end = cloudwatch.aligned(timezone.now(), HOUR)
    asked = [
        Metric("AWS/Lambda", name, {"FunctionName": function})
        for _, function in functions
        for name in ("Invocations", "Errors")
    ]
    series = cloudwatch.read(*place, asked, end - timedelta(hours=HOURS), end, HOUR)
    for (entity, _), requests, errors in zip(functions, series[::2], series[1::2], strict=True):
        _, asked_before, failed_before, hours = counted.get(entity.pk, (entity, 0.0, 0.0, 0))
        total, failed = sum(point.value for point in requests), sum(point.value for point in errors)
        counted[entity.pk] = entity, asked_before + total, failed_before + failed, max(hours, len(requests))


def _observation(entity: Entity, requests: float, errors: float, hours: int) -> Observation:
    rate = errors / requests if requests else 0.0
    value = {
        "requests": round(requests), "errors": round(errors), "hours": hours, "error_rate": round(rate, 6),
        "per_minute": round(requests / (60 * hours), 2) if hours else 0,
    }  # fmt: skip
    now = timezone.now()
    return Observation(entity, FACT, value, "deployments", now, now + VALID, "")


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


JOB = Job("deployments.traffic", "Count the traffic of services", run, every=HOUR, keep=5, lease=120)
