"""An Application Load Balancer: how much of a listener's or rule's traffic goes to the canary's target group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployments.targets.contract import Choices, Counts, Field, Host, Streams, TargetError, TargetKind
from deployments.targets.found import items, only
from deployments.targets.weighted import Weighted, Weights
from portal.aws import elbv2_weights
from portal.aws.cloudwatch import Metric
from portal.changes.kinds import Target
from services.models import Entity

ELBV2_WEIGHTS = "elbv2-weights"
MOST = 999
"""Largest weight of a target group (Elastic Load Balancing API reference, TargetGroupTuple)."""
ARN = r"arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:"
FIELDS = (
    Field(
        "listener",
        "Listener or rule",
        ARN + r"listener(-rule)?/app/[A-Za-z0-9/-]{3,200}",
        "The ARN of an ALB's listener or rule that forwards to target groups.",
    ),
)
CANARY = Field(
    "canary",
    "New target group",
    rf"({ARN}targetgroup/)?[A-Za-z0-9/-]{{1,100}}",
    "Name or ARN of the target group with the new version.",
)


def locate(entity: Entity, wanted: Mapping[str, str]) -> Target:
    """The listener or rule, and the canary's ARN, if both belong to a load balancer of this service. Raises TargetError."""
    found = [item for item in items(entity, "aws.alb", wanted) if item.get("type") == "application"]
    arn = wanted.get("listener", "")
    if arn:
        found = [item for item in found if _balancer(arn) == item["arn"].partition(":loadbalancer/")[2]]
    balancer = only(found, f"ALB of {entity.name}" + (f" with {arn}" if arn else ""))
    if not arn:
        arn = only(balancer.get("listeners", []), f"listener of {balancer['name']}", "listener")["arn"]
    place = {"account": balancer["account"], "region": balancer["region"]}
    return {"kind": ELBV2_WEIGHTS, **place, "listener": arn, "canary": _group(balancer, wanted["canary"])}


def _group(balancer: Mapping[str, Any], canary: str) -> str:
    """The ARN of the canary's group; one that no load balancer uses yet may be named by its ARN."""
    groups = [*balancer["target_groups"], *balancer.get("spare_groups", [])]
    here = f":elasticloadbalancing:{balancer['region']}:{balancer['account']}:targetgroup/"
    if here in canary:
        return canary
    group = next((str(one["arn"]) for one in groups if canary == one["name"]), "")
    if not group:
        known = ", ".join(one["name"] for one in groups)
        raise TargetError(
            f"{balancer['name']} has no target group {canary!r}: choose one of {known}, or name another one's ARN."
        )
    return group


def choices(entity: Entity) -> Choices:
    """The listeners and target groups of the service's load balancers."""
    found = [item for item in items(entity, "aws.alb") if item.get("type") == "application"]
    listeners = [(one["arn"], f"{item['name']}, {one['label']}") for item in found for one in item.get("listeners", [])]
    # The spare ones come first: the next version is rarely behind the group that serves now.
    known = [one for item in found for one in (*item.get("spare_groups", []), *item["target_groups"])]
    groups = [(one["arn"], one["name"]) for one in known]
    return {"listener": listeners, "canary": groups}


def hosts(target: Target) -> list[Host]:
    """The targets of both groups."""
    groups = dict.fromkeys([target["canary"], target.get("restore", {}).get("version", target["canary"])])
    return [
        Host(one.id, one.zone, group, one.health, one.reason)
        for group in groups
        for one in elbv2_weights.targets(target["account"], target["region"], group)
    ]


def streams(target: Target) -> Streams:
    """Requests and 5xx answers of each target group behind the load balancer, and how long they took on average."""
    canary, baseline = target["canary"], target["restore"]["version"]
    latency = {
        name: Metric("AWS/ApplicationELB", "TargetResponseTime", _dimensions(target, group), "Average")
        for name, group in (("canary", canary), ("baseline", baseline))
    }
    return Streams(_counts(target, canary), _counts(target, baseline), latency=latency)


def _counts(target: Target, group: str) -> Counts:
    own = _dimensions(target, group)
    return Counts(
        (Metric("AWS/ApplicationELB", "RequestCount", own),),
        (Metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", own),),
    )


def _dimensions(target: Target, group: str) -> dict[str, str]:
    return {"LoadBalancer": _balancer(target["listener"]), "TargetGroup": group.split(":", 5)[5]}


def _balancer(arn: str) -> str:
    """The load balancer in the ARN of its listener or rule, as CloudWatch writes it: app/name/id."""
    return "/".join(arn.partition(":listener")[2].split("/")[1:4])


def _short(arn: str) -> str:
    """A target group's name."""
    return arn.split("/")[1] if "targetgroup/" in arn else arn


def _called(target: Target) -> str:
    return _balancer(target["listener"]).split("/")[1]


def _read(target: Target) -> Weights:
    found = elbv2_weights.weights(target["account"], target["region"], target["listener"])
    if target["canary"] not in found:
        elbv2_weights.require_groups(target["account"], target["region"], [target["canary"]])
    return found


def _write(target: Target, weights: Weights) -> None:
    elbv2_weights.set_weights(target["account"], target["region"], target["listener"], weights)


WEIGHTS = Weighted("load balancer", MOST, _read, _write, _short)
KIND = TargetKind(
    ELBV2_WEIGHTS, "ALB target groups", WEIGHTS.kind(ELBV2_WEIGHTS, "ALB target group weights"), FIELDS, locate,
    WEIGHTS.describe, noun="load balancer", wanted=WEIGHTS.wanted, hosts=hosts, streams=streams, canary=CANARY,
    choices=choices, called=_called, order=20,
)  # fmt: skip
