"""An ECS service: the canary is a task definition, and ECS itself shifts tasks or traffic as the service is configured.

A change moves the service as a whole (rolling, or blue/green, canary and linear by ECS); `observe` tells what ECS works
towards, `progress` how far it is. Undo stops a running deployment with a rollback, or deploys the old version again.
"""

from __future__ import annotations

from collections.abc import Mapping

from deployments.targets.contract import (
    BROKEN,
    MOVING,
    SETTLED,
    Choices,
    Counts,
    Field,
    Host,
    Moved,
    Progress,
    Streams,
    TargetError,
    TargetKind,
    going_back,
)
from deployments.targets.found import items, only
from deployments.targets.traffic import Traffic
from portal.aws import ecs_rollout, elbv2_weights
from portal.aws.cloudwatch import Metric
from portal.aws.ecs_rollout import BACK, FORWARD, ROLLBACK_SUCCESSFUL, SUCCESSFUL, Service
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

ECS_SERVICE = "ecs-service"
NAME = r"[A-Za-z0-9_-]{1,255}"
FIELDS = (
    Field("cluster", "Cluster", NAME, "As discovery has found it for the service."),
    Field("ecs_service", "ECS service", NAME, "As discovery has found it for the service."),
)
CANARY = Field(
    "canary",
    "New task definition",
    rf"(arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{{12}}:task-definition/)?{NAME}:[0-9]{{1,9}}",
    "Its ARN or family:revision, such as checkout:42.",
)


def locate(entity: Entity, wanted: Mapping[str, str]) -> Target:
    """The service that discovery has found, if ECS itself rolls it out. Raises TargetError."""
    named = [(key, wanted[name]) for key, name in (("cluster", "cluster"), ("name", "ecs_service")) if wanted.get(name)]
    found = [item for item in items(entity, "aws.ecs", wanted) if all(item.get(key) == name for key, name in named)]
    item = only(
        found, f"ECS service of {entity.name}" + "".join(f" {name}" for _, name in named), "cluster and ecs_service"
    )
    if item.get("deployment_controller", "ECS") != "ECS":
        raise TargetError(
            f"{item['name']} is rolled out by {item['deployment_controller']}, not by ECS: choose the kind codedeploy."
        )
    place = {"account": item["account"], "region": item["region"]}
    canary = wanted["canary"]
    if not canary.startswith("arn:"):
        canary = f"arn:aws:ecs:{item['region']}:{item['account']}:task-definition/{canary}"
    return {"kind": ECS_SERVICE, **place, "cluster": item["cluster"], "ecs_service": item["name"], "canary": canary}


def choices(entity: Entity) -> Choices:
    """The service's clusters and services that ECS itself rolls out."""
    found = [item for item in items(entity, "aws.ecs") if item.get("deployment_controller", "ECS") == "ECS"]
    return {
        "cluster": sorted({(item["cluster"], item["cluster"]) for item in found}),
        "ecs_service": sorted({(item["name"], item["name"]) for item in found}),
    }


def observe(target: Target) -> Seen:
    """What ECS works towards; somebody else's running deployment shows as a split between both versions.

    Raises AwsNotFound where service or canary are not there, TargetError where another controller rolls it out.
    """
    seen = _look(target)
    if seen.controller != "ECS":
        raise TargetError(f"{target['ecs_service']} is rolled out by {seen.controller}: choose the kind codedeploy.")
    ecs_rollout.require_task_definition(target["account"], target["region"], target["canary"])
    known = (target["canary"], (target.get("restore") or {}).get("version"))
    weights: dict[str, float] = {}
    if seen.status in FORWARD and seen.deployment is not None and seen.other and seen.task_definition not in known:
        weights = {seen.other: round(1 - seen.deployment.share, 4)}
    return {"version": seen.task_definition, "weights": weights} | _served(target, seen)


def wanted(target: Target, restore: Traffic, percent: float) -> Traffic:
    """All of it, whatever the percentage: the steps are those of the service's own deployment configuration."""
    return {"version": target["canary"] if percent else restore["version"], "weights": {}}


def apply(target: Target) -> None:
    """Have ECS move the service. Raises Moved where somebody else has deployed something else meanwhile."""
    seen, to = _look(target), target["to"]["version"]
    if seen.task_definition == to and _accepted(seen):
        return
    known = (target["restore"]["version"], target["expected"]["version"], to)
    if seen.task_definition not in known or (seen.status in BACK and to == target["canary"]):
        raise Moved(
            f"{target['ecs_service']} was deployed by somebody else: it works towards {_short(seen.task_definition)}."
        )
    _move(target, seen, to)


def undo(target: Target, before: Seen) -> None:
    """Back to the task definition from before the rollout, if ECS works towards the canary or has failed to go back."""
    seen, restore = _look(target), target["restore"]["version"]
    if seen.task_definition == target["canary"] or (seen.task_definition == restore and not _accepted(seen)):
        _move(target, seen, restore)


def verify_applied(target: Target) -> bool:
    """Whether ECS works towards what was asked for, or is there."""
    seen, to = _look(target), str(target["to"]["version"])
    return seen.task_definition == to and _accepted(seen)


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the old version serves alone again, or somebody else has gone on without the canary."""
    seen, canary = _look(target), target["canary"]
    if canary in (seen.task_definition, seen.other):
        return False
    ours = seen.task_definition == target["restore"]["version"]
    return not ours or seen.status in ("", SUCCESSFUL, ROLLBACK_SUCCESSFUL)


def progress(target: Target) -> Progress:
    """How far ECS is with the last change."""
    seen = _look(target)
    to: str = target["to"]["version"] if target.get("to") else target["canary"]
    deployment = seen.deployment
    if seen.task_definition != to or not _accepted(seen):
        why = (deployment.note if deployment else "") or "it was stopped or replaced"
        return Progress(BROKEN, 0.0, f"ECS does not move {target['ecs_service']} to {_short(to)} any more: {why}")
    if deployment is None or seen.status in (SUCCESSFUL, ROLLBACK_SUCCESSFUL):
        return Progress(SETTLED)
    note = f"{deployment.strategy.lower().replace('_', '/')}, {deployment.stage.lower().replace('_', ' ')}"
    if deployment.waits_for:
        note += f", waits for {', '.join(deployment.waits_for)}"
    share = 0.0 if seen.status in BACK else deployment.share
    return Progress(MOVING, share, note, _zones(target, to) if deployment.strategy == "ROLLING" else None)


def hosts(target: Target) -> list[Host]:
    """The service's tasks."""
    where = (target["account"], target["region"], target["cluster"], target["ecs_service"])
    return [Host(one.id, one.zone, one.task_definition, one.health, one.reason) for one in ecs_rollout.tasks(*where)]


def streams(target: Target) -> Streams | None:
    """Requests and 5xx answers of both target groups where ECS shifts traffic between two; else none are told apart."""
    served = target["restore"].get("served")
    if not served:
        return None
    return Streams(_counts(served, served["canary"]), _counts(served, served["baseline"]))


def describe(traffic: Traffic) -> str:
    """Traffic in words, with short names."""
    shares = [f"{share * 100:g} % on {_short(version)}" for version, share in traffic["weights"].items()]
    return ", ".join([_short(traffic["version"]), *shares])


def _counts(served: Mapping[str, str], group: str) -> Counts:
    own = {"LoadBalancer": served["balancer"], "TargetGroup": group.split(":", 5)[5]}
    return Counts(
        (Metric("AWS/ApplicationELB", "RequestCount", own),),
        (Metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", own),),
    )


def _served(target: Target, seen: Service) -> dict[str, dict[str, str]]:
    """Which of the two target groups serves now (the baseline), and which will."""
    if not seen.rule or len(seen.groups) != 2:
        return {}
    weights = elbv2_weights.weights(target["account"], target["region"], seen.rule)
    baseline = max(seen.groups, key=lambda group: weights.get(group, 0))
    canary = next(group for group in seen.groups if group != baseline)
    balancer = "/".join(seen.rule.partition(":listener-rule/")[2].split("/")[:3])
    return {"served": {"balancer": balancer, "baseline": baseline, "canary": canary}}


def _zones(target: Target, version: str) -> dict[str, float]:
    """Share of the tasks in each zone that run the version."""
    found = hosts(target)
    of_zone = {zone: [host for host in found if host.zone == zone] for zone in sorted({host.zone for host in found})}
    return {zone: sum(host.version == version for host in here) / len(here) for zone, here in of_zone.items()}


def _accepted(seen: Service) -> bool:
    """Whether ECS has not given up on the task definition that the service names."""
    return seen.status in ("", SUCCESSFUL, ROLLBACK_SUCCESSFUL, *FORWARD, *BACK)


def _move(target: Target, seen: Service, to: str) -> None:
    if to == target["restore"]["version"] and seen.status in FORWARD and seen.deployment is not None:
        ecs_rollout.roll_back(target["account"], target["region"], seen.deployment.arn)
        return
    where = (target["account"], target["region"], target["cluster"], target["ecs_service"])
    ecs_rollout.deploy(*where, to, force=seen.task_definition == to)


def _look(target: Target) -> Service:
    return ecs_rollout.service(target["account"], target["region"], target["cluster"], target["ecs_service"])


def _short(arn: str) -> str:
    """family:revision."""
    return arn.rpartition("/")[2]


CHANGE = Kind(
    ECS_SERVICE, "ECS service deployment", observe, apply, undo, verify_applied, verify_undone, going_back(progress)
)
KIND = TargetKind(
    ECS_SERVICE, "ECS service", CHANGE, FIELDS, locate, describe, noun="service", wanted=wanted, progress=progress,
    hosts=hosts, streams=streams, weighted=False, canary=CANARY, choices=choices, order=30,
)  # fmt: skip
