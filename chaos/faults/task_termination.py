"""Tasks are lost: running tasks of the service's ECS service are stopped, and ECS has to replace them."""

from __future__ import annotations

from chaos.faults import amount, found
from chaos.faults.registry import ACCOUNT, COUNT, PERCENT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import ecs_tasks
from portal.aws.ecs_tasks import Counts
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "task-termination"
NAME = r"[A-Za-z0-9_-]{1,255}"
REASON = "Stopped by a chaos experiment of Colonnade"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which tasks go. The choice stays the same until the tasks change. Raises AwsError."""
    account, region, cluster, name = (arguments[key] for key in ("account", "region", "cluster", "ecs_service"))
    target = {"account": account, "region": region, "cluster": cluster, "service": name}
    if found.one(service, "aws.ecs", arguments, cluster=cluster, name=name) is None:
        refusal = found.refusal(service, "service in ECS", f"{cluster}/{name}")
        return Preview({**target, "tasks": []}, f"Tasks of {name} are stopped.", refusal=refusal)
    tasks = ecs_tasks.running(account, region, cluster, name)
    arns, refusal = amount.chosen(tasks, arguments, f"{KEY} {cluster} {name}")
    return Preview(
        target={**target, "tasks": arns},
        sentence=f"{len(arns)} of {len(tasks)} tasks of {name} are stopped; ECS starts others.",
        rows=tuple((arn.rpartition("/")[2], tasks[arn]) for arn in arns),
        refusal=_missing(name, ecs_tasks.counts(account, region, cluster, name)) or (refusal and f"{name}: {refusal}"),
        hit=len(arns),
        total=len(tasks),
    )


def _missing(name: str, seen: Counts) -> str:
    if seen.whole:
        return ""
    return f"Only {seen.running} of {seen.desired} tasks of {name} run: wait until all are there."


def observe(target: Target) -> Seen:
    """How many tasks are wanted. Raises AwsError; ValueError where one of the chosen no longer runs."""
    arns = target["tasks"]
    gone = set(arns) - ecs_tasks.still_running(target["account"], target["region"], target["cluster"], arns)
    if gone:
        raise ValueError(f"{len(gone)} of the chosen tasks of {target['service']} no longer run: look again")
    return {"account": target["account"], "region": target["region"], "desired": _counts(target).desired}


def apply(target: Target) -> None:
    """Stop the chosen tasks."""
    for arn in target["tasks"]:
        ecs_tasks.stop(target["account"], target["region"], target["cluster"], arn, REASON)


def undo(target: Target, before: Seen) -> None:
    """Nothing brings a stopped task back: ECS starts another by itself."""


def verify_applied(target: Target) -> bool:
    """Whether none of the chosen runs any more, or is meant to."""
    place = target["account"], target["region"], target["cluster"]
    return not ecs_tasks.still_running(*place, target["tasks"])


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether as many tasks run as are wanted now."""
    return _counts(target).whole


def undoing(target: Target, before: Seen) -> bool:
    """ECS is at it for as long as tasks are missing."""
    return not verify_undone(target, before)


def _counts(target: Target) -> Counts:
    return ecs_tasks.counts(target["account"], target["region"], target["cluster"], target["service"])


KIND = Kind(
    key=KEY,
    title="Tasks of an ECS service stopped",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
)
FAULT = Fault(
    key=KEY,
    title="Tasks stopped",
    description="Stops running tasks of an ECS service, at most half of them and ten at once; ECS replaces them.",
    kind=KEY,
    arguments=(
        ACCOUNT,
        REGION,
        Argument("cluster", "Cluster", NAME, "ledger"),
        Argument("ecs_service", "ECS service", NAME, "ledger"),
        COUNT,
        PERCENT,
    ),
    max_seconds=1800,
    preview=preview,
    order=32,
    one_of=("count", "percent"),
)
