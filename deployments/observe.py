"""What the accounts say of pipelines: read CodeDeploy, CodePipeline and AWS Config, match to services, leave facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from deployments.models import Deployment
from deployments.models.states import SUCCEEDED
from portal.aws import codedeploy, codepipeline, config
from portal.aws.accounts import accounts
from portal.aws.errors import AwsError, AwsUnsupported
from portal.jobs.context import JobContext
from portal.plugins import Job
from services import facts
from services.models import Entity

FACT = "deployments.pipeline"
VALID = timedelta(minutes=15)
Place = tuple[str, str]


@dataclass
class Seen:
    """What all accounts said. A place (account, region) in ``silent`` did not answer: there nothing is known."""

    groups: list[codedeploy.Group] = field(default_factory=list)
    pipelines: list[codepipeline.Pipeline] = field(default_factory=list)
    rules: list[config.RuleCompliance] = field(default_factory=list)
    silent: set[Place] = field(default_factory=set)
    unruled: set[Place] = field(default_factory=set)


def run(context: JobContext) -> dict[str, Any]:
    """Read all accounts and regions, then publish one fact a service."""
    places = [(account.account_id, region) for account in accounts() for region in account.regions]
    seen = Seen()
    for number, place in enumerate(places):
        context.check()
        context.progress(number, len(places), f"{place[0]} {place[1]}")
        _look(place, seen, context)
    services = list(Entity.objects.services())
    return {"services": publish(services, seen), "silent": len(seen.silent)}


def publish(services: list[Entity], seen: Seen) -> int:
    """One fact for each service that has something to tell; where AWS did not answer the old fact runs out by itself."""
    known, names = facts.bulk_current(services), {service.name: service.pk for service in services}
    owners = _owners(known)
    released = dict(
        Deployment.objects.filter(state=SUCCEEDED, environment="production")
        .order_by()
        .values_list("service")
        .annotate(Max("occurred_at"))
    )
    mine: dict[int, dict[str, list[Any]]] = {
        service.pk: {"groups": [], "pipelines": [], "evaluations": []} for service in services
    }
    for group in seen.groups:
        _give(mine, names, group.application, "groups", _group(group))
    for pipeline in seen.pipelines:
        _give(mine, names, pipeline.name, "pipelines", _pipeline(pipeline))
    for rule in seen.rules:
        for evaluation in rule.evaluations:
            owner = owners.get((rule.account, rule.region, evaluation.resource))
            if owner in mine:
                mine[owner]["evaluations"].append(evaluation)
    now, published = timezone.now(), 0
    for service in services:
        places = _places(known.get(service.pk, {}))
        if places & seen.silent or not (places or mine[service.pk]["groups"] or mine[service.pk]["pipelines"]):
            continue
        value = _value(mine[service.pk], released.get(service.pk), judged=bool(places) and not places & seen.unruled)
        published += facts.publish(service, FACT, value, source="deployments", observed_at=now, expires_at=now + VALID)
    return published


def _look(place: Place, seen: Seen, context: JobContext) -> None:
    try:
        seen.groups += codedeploy.groups(*place)
        seen.pipelines += codepipeline.pipelines(*place)
    except AwsError as error:
        seen.silent.add(place)
        context.log(str(error))
        return
    try:
        seen.rules += config.compliance(*place)
    except AwsUnsupported:
        seen.unruled.add(place)
    except AwsError as error:
        seen.unruled.add(place)
        context.log(str(error))


def _value(mine: dict[str, list[Any]], released: datetime | None, *, judged: bool) -> dict[str, Any]:
    broken = sorted({e.rule for e in mine["evaluations"] if e.compliance == config.NON_COMPLIANT})
    looked = {e.rule for e in mine["evaluations"] if e.compliance in (config.COMPLIANT, config.NON_COMPLIANT)}
    value: dict[str, Any] = {"groups": mine["groups"], "pipelines": mine["pipelines"]}
    if judged and looked:
        value |= {"compliance": "noncompliant" if broken else "compliant", "noncompliant": broken, "rules": len(looked)}
        value["resources"] = sorted({e.resource for e in mine["evaluations"] if e.compliance == config.NON_COMPLIANT})[
            :20
        ]
    return value | ({"released_at": released.isoformat()} if released else {})


def _group(group: codedeploy.Group) -> dict[str, Any]:
    return asdict(group) | {
        "all_at_once": group.all_at_once,
        "alarm_count": len(group.alarms) if group.alarms_enabled else 0,
    }


def _pipeline(pipeline: codepipeline.Pipeline) -> dict[str, Any]:
    stages = [asdict(stage) for stage in pipeline.stages]
    failed = next((stage.name for stage in pipeline.stages if stage.status == "Failed"), "")
    value: dict[str, Any] = {
        "name": pipeline.name,
        "account": pipeline.account,
        "region": pipeline.region,
        "stages": stages,
    }
    value["gated"] = any(stage.approval or stage.entry_conditions for stage in pipeline.stages)
    return value | ({"failed_stage": failed} if pipeline.state_known else {})


def _give(mine: dict[int, dict[str, list[Any]]], names: dict[str, int], name: str, key: str, value: Any) -> None:
    owner = names.get(_service_name(name, names))
    if owner is not None:
        mine[owner][key].append(value)


def _service_name(name: str, names: Iterable[str]) -> str:
    """The longest service name that ``name`` is, or starts with and goes on after a hyphen."""
    fits = [known for known in names if name == known or name.startswith(f"{known}-")]
    return max(fits, key=len, default="")


def _owners(known: dict[int, dict[str, facts.FactView]]) -> dict[tuple[str, str, str], int]:
    """Who has the resource: service by (account, region, name or ARN), from what discovery has found."""
    owners: dict[tuple[str, str, str], int] = {}
    for entity_id, view in known.items():
        for item in _items(view):
            for name in (item.get("name"), item.get("arn")):
                if name:
                    owners[(item["account"], item["region"], name)] = entity_id
    return owners


def _places(view: dict[str, facts.FactView]) -> set[Place]:
    return {(item["account"], item["region"]) for item in _items(view)}


def _items(view: dict[str, facts.FactView]) -> Iterable[dict[str, Any]]:
    for key, fact in view.items():
        if key.startswith("aws."):
            yield from (item for item in fact.value.get("items", ()) if item.get("account") and item.get("region"))


JOB = Job("deployments.observe", "Observe pipelines", run, every=60, keep=30)
