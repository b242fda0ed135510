"""Experiments that a service could do, made from what discovery found: the hypothesis is filled in, nobody has to guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.faults import function_off, zone_down
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

    return [*_zones(service, known), *suggest_stores.offers(service, known), *_functions(service, known)]


def items(known: Facts, key: str) -> list[Item]:
    """The items of a fact, none where it is not known."""
    return list(known[key].value.get("items", [])) if key in known else []


def _zones(service: Entity, known: Facts) -> Iterable[Suggestion]:
    """The loss of the first zone, for groups in several zones behind a load balancer."""
    balancers = {(item["account"], item["region"]): item for item in items(known, "aws.alb")}
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
    name = balancer["arn"].partition(":loadbalancer/")[2]
    groups = [group["arn"].rpartition(":")[2] for group in balancer.get("target_groups", [])]
    probes = [failed_requests(name)]
    stops: list[dict[str, Any]] = []
    if groups:
        probes.insert(0, _hosts(name, groups[0], needed))
        stops.append({"probe": "healthy-hosts", "tolerance": {"at_least": max(1, needed // 2)}})
    stops.append({"probe": "failed-requests", "tolerance": {"at_most": 0.05}})
    return {
        "title": f"Zone {zone} down",
        "fault": zone_down.KEY,
        "arguments": {"account": account, "region": region, "zone": zone},
        "hypothesis": {
            "sentence": f"While {zone} is cut off, enough hosts stay healthy and almost no request fails.",
            "probes": probes,
        },
        "stop_conditions": stops,
        "observe_seconds": 300,
        "max_seconds": 600,
        "recover_seconds": 300,
    }


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
        fields: dict[str, Any] = {
            "title": title,
            "fault": function_off.KEY,
            "arguments": {"account": place[0], "region": place[1], "function": function["name"]},
            "hypothesis": {
                "sentence": f"{caller} answers almost every request while {function['name']} is off.",
                "probes": [failed_requests(balancer["arn"].partition(":loadbalancer/")[2])],
            },
            "stop_conditions": [{"probe": "failed-requests", "tolerance": {"at_most": 0.05}}],
            "observe_seconds": 300,
            "max_seconds": 600,
            "recover_seconds": 300,
        }
        why = f"{caller} leans on it: has anybody proven that it answers without it?"
        yield Suggestion(f"function-{function['name']}".lower(), title, why, fields)


def leaning(service: Entity) -> list[tuple[str, Item]]:
    """Names and load balancers of the services that depend on this one."""
    sources = [caller for _, caller in queries.targets(service, "dependencyOf") if caller]
    found = facts.bulk_current(sources)
    return [(s.name, item) for s in sources for item in items(found.get(s.pk, {}), "aws.alb")]
