"""The fault of tasks that are lost."""

from __future__ import annotations

from tests.chaos.faults.case import Case, Stage

LEDGER = {"account": "111111111111", "region": "eu-west-1", "cluster": "ledger", "ecs_service": "ledger"}
REPLACED = 9.0


def tasks(stage: Stage) -> list[str]:
    found = stage.client("ecs", "eu-west-1").list_tasks(cluster="ledger", serviceName="ledger")
    return sorted(found["taskArns"])


STOP = Case(
    "task-termination", {**LEDGER, "count": "1"}, tasks, ("ecs", "DescribeServices"),
    {**LEDGER, "ecs_service": "checkout", "count": "1"}, "not a service in ECS of ledger", service="ledger",
    facts={"aws.ecs": {"items": [{**LEDGER, "name": "ledger"}], "count": 1}}, restores=False, wait=REPLACED,
)  # fmt: skip
CASES = {"tasks": STOP}
