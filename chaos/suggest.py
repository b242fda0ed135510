"""Experiments that a service could do, made from what discovery found: the hypothesis is filled in, nobody has to guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from chaos.faults import function_off, instance_termination, task_termination, zonal_shift, zone_down
from services import facts, queries
from services.facts import FactView
from services.models import Entity

Facts = Mapping[str, FactView]
Item = Mapping[str, Any]


@dataclass(frozen=True)
class Suggestion:
    """A planned experiment: `fields` go to `chaos.experiments.create` as they are."""

    key: str
    title: str
    why: str
    fields: Mapping[str, Any]


def suggestions(service: Entity, known: Facts) -> list[Suggestion]:
    """What could be tried on this service, most useful first."""
    from chaos import suggest_stores

    return [
        *_zones(service, known),
        *suggest_stores.offers(service, known),
        *_hosts_lost(known),
        *_tasks_lost(known),
        *_shifts(known),
        *_functions(service, known),
    ]


def items(known: Facts, key: str) -> list[Item]:
    """The items of a fact, none where it is not known."""
    return list(known[key].value.get("items", [])) if key in known else []


def _balancers(known: Facts) -> dict[tuple[str, str], Item]:
    """A load balancer by account and region: what a loss is measured at."""
    return {(item["account"], item["region"]): item for item in items(known, "aws.alb")}


def _zones(service: Entity, known: Facts) -> Iterable[Suggestion]:
    """The loss of the first zone, for groups in several zones behind a load balancer."""
    balancers = _balancers(known)
    for group in items(known, "aws.asg"):
        balancer = balancers.get((group["account"], group["region"]))
        zones = sorted(group.get("zones", []))
        if balancer is None or len(zones) < 2:
            continue
        hosts = int(group.get("instances") or group.get("desired") or 0)
        needed = max(1, round(hosts * (len(zones) - 1) / len(zones)))
        yield Suggestion(
            key=f"zone-{zones[0]}",
            title=f"Zone {zones[0]} down",
            why=f"{hosts} hosts in {len(zones)} zones behind {balancer['name']}: has anybody proven that one may go?",
            fields=zone_fields(group["account"], group["region"], zones[0], balancer, needed),
        )


def zone_fields(account: str, region: str, zone: str, balancer: Item, needed: int) -> dict[str, Any]:
    """The loss of a zone: enough hosts stay healthy, and almost no request fails."""
    sentence = f"While {zone} is cut off, enough hosts stay healthy and almost no request fails."
    arguments = {"account": account, "region": region, "zone": zone}
    return _fields(f"Zone {zone} down", zone_down.KEY, arguments, sentence, balancer, needed)


def _fields(
    title: str, fault: str, arguments: Mapping[str, str], sentence: str, balancer: Item, needed: int = 0
) -> dict[str, Any]:
    """An experiment that is measured at a load balancer: failed requests, and with `needed` also its healthy hosts."""
    name = balancer["arn"].partition(":loadbalancer/")[2]
    groups = [group["arn"].rpartition(":")[2] for group in balancer.get("target_groups", [])]
    probes = [failed_requests(name)]
    stops: list[dict[str, Any]] = []
    if groups and needed:
        probes.insert(0, _hosts(name, groups[0], needed))
        stops.append({"probe": "healthy-hosts", "tolerance": {"at_least": max(1, needed // 2)}})
    stops.append({"probe": "failed-requests", "tolerance": {"at_most": 0.05}})
    return {
        "title": title,
        "fault": fault,
        "arguments": dict(arguments),
        "hypothesis": {"sentence": sentence, "probes": probes},
        "stop_conditions": stops,
        "observe_seconds": 300,
        "max_seconds": 600,
        "recover_seconds": 300,
    }


def _hosts_lost(known: Facts) -> Iterable[Suggestion]:
    """The loss of one host, for groups of several behind a load balancer."""
    balancers = _balancers(known)
    for group in items(known, "aws.asg"):
        balancer = balancers.get((group["account"], group["region"]))
        hosts = int(group.get("desired") or group.get("instances") or 0)
        if balancer is None or hosts < 2:
            continue
        name, arguments = group["name"], {"account": group["account"], "region": group["region"]}
        sentence = f"While one of {hosts} hosts of {name} is gone, the others answer almost every request."
        yield Suggestion(
            key=f"host-{slugify(name)}",
            title=f"One host of {name} lost"[:120],
            why=f"A group of {hosts}: has anybody proven that it replaces one, and that nobody notices?",
            fields=_fields(
                f"One host of {name} lost"[:120], instance_termination.KEY,
                {**arguments, "group": name, "count": "1"}, sentence[:300], balancer, hosts - 1,
            ),
        )  # fmt: skip


def _tasks_lost(known: Facts) -> Iterable[Suggestion]:
    """The loss of one task, for ECS services that run several behind a load balancer."""
    balancers = _balancers(known)
    for item in items(known, "aws.ecs"):
        balancer = balancers.get((item["account"], item["region"]))
        tasks = int(item.get("desired") or 0)
        if balancer is None or tasks < 2:
            continue
        name, place = item["name"], {"account": item["account"], "region": item["region"]}
        arguments = {**place, "cluster": item["cluster"], "ecs_service": name, "count": "1"}
        sentence = f"While one of {tasks} tasks of {name} is gone, the others answer almost every request."
        title = f"One task of {name} lost"[:120]
        yield Suggestion(
            key=f"task-{slugify(name)}",
            title=title,
            why=f"It runs {tasks} tasks: has anybody proven that ECS replaces one, and that nobody notices?",
            fields=_fields(title, task_termination.KEY, arguments, sentence[:300], balancer),
        )


def _shifts(known: Facts) -> Iterable[Suggestion]:
    """A zonal shift, for load balancers that answer in several zones."""
    for balancer in items(known, "aws.alb"):
        zones = sorted(balancer.get("zones", []))
        if len(zones) < 2:
            continue
        name, zone = balancer["name"], zones[0]
        arguments = {"account": balancer["account"], "region": balancer["region"], "balancer": name, "zone": zone}
        title = f"Load balancer {name} leaves {zone}"
        sentence = f"While {name} is shifted away from {zone}, the other zones answer almost every request."
        yield Suggestion(
            key=f"shift-{slugify(name)}",
            title=title,
            why=f"It answers in {len(zones)} zones: has anybody proven that it can leave one, as in an incident?",
            fields=_fields(title, zonal_shift.KEY, arguments, sentence, balancer),
        )


def _hosts(balancer: str, group: str, needed: int) -> dict[str, Any]:
    return {
        "key": "healthy-hosts",
        "title": "Healthy hosts",
        "unit": "hosts",
        "metric": {
            "namespace": "AWS/ApplicationELB",
            "name": "HealthyHostCount",
            "dimensions": {"LoadBalancer": balancer, "TargetGroup": group},
            "statistic": "Minimum",
        },
        "tolerance": {"at_least": needed},
        "window": 120,
        "period": 60,
    }


def failed_requests(balancer: str) -> dict[str, Any]:
    """The probe of a load balancer, by its CloudWatch name: at most one request in a hundred fails."""
    where = {"namespace": "AWS/ApplicationELB", "dimensions": {"LoadBalancer": balancer}, "statistic": "Sum"}
    return {
        "key": "failed-requests",
        "title": "Failed requests",
        "unit": "share",
        "metric": {**where, "name": "HTTPCode_Target_5XX_Count", "missing": "zero"},
        "per": {**where, "name": "RequestCount"},
        "tolerance": {"at_most": 0.01},
        "window": 120,
        "period": 60,
    }


def _functions(service: Entity, known: Facts) -> Iterable[Suggestion]:
    """A function that stops answering, measured where it would hurt: at the load balancer of a service that leans on it.

    The function's own metrics say nothing: throttled calls are not counted as invocations.
    """
    functions = items(known, "aws.lambda")
    callers = leaning(service) if functions else []
    for function in functions:
        place = (function["account"], function["region"])
        near = [(name, item) for name, item in callers if (item["account"], item["region"]) == place]
        if not near:
            continue
        caller, balancer = near[0]
        title = f"Function {function['name']} off"
        arguments = {"account": place[0], "region": place[1], "function": function["name"]}
        sentence = f"{caller} answers almost every request while {function['name']} is off."
        fields = _fields(title, function_off.KEY, arguments, sentence, balancer)
        why = f"{caller} leans on it: has anybody proven that it answers without it?"
        yield Suggestion(f"function-{function['name']}".lower(), title, why, fields)


def leaning(service: Entity) -> list[tuple[str, Item]]:
    """Names and load balancers of the services that depend on this one."""
    sources = [caller for _, caller in queries.targets(service, "dependencyOf") if caller]
    found = facts.bulk_current(sources)
    return [(s.name, item) for s in sources for item in items(found.get(s.pk, {}), "aws.alb")]
