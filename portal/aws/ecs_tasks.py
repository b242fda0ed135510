"""Tasks of an ECS service under a fault: which run, how many are wanted, and the call that stops one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.paging import pages

AT_ONCE = 100  # the most that ecs:DescribeTasks takes
RUNNING = "RUNNING"


@dataclass(frozen=True)
class Counts:
    """How many tasks a service wants, and how many run."""

    desired: int
    running: int

    @property
    def whole(self) -> bool:
        """Whether as many run as are wanted; during a deployment there may be more."""
        return self.running >= self.desired


def counts(account: str, region: str, cluster: str, service: str) -> Counts:
    """As they are now. Raises AwsNotFound where there is no such service, and other AwsErrors."""
    with aws_errors("ecs:DescribeServices", account, region):
        rows = _client(account, region, "read").describe_services(cluster=cluster, services=[service])["services"]
    rows = [row for row in rows if row.get("status") != "INACTIVE"]
    if not rows:
        message = f"there is no service {service} in {cluster}"
        raise AwsNotFound("ecs:DescribeServices", account, region, "ServiceNotFound", message)
    return Counts(int(rows[0]["desiredCount"]), int(rows[0]["runningCount"]))


def running(account: str, region: str, cluster: str, service: str) -> dict[str, str]:
    """Zone by ARN of the tasks that run. Raises AwsError."""
    with aws_errors("ecs:ListTasks", account, region):
        client = _client(account, region, "read")
        arns = list(pages(client, "list_tasks", "taskArns", cluster=cluster, serviceName=service))
    found = _described(account, region, cluster, [str(arn) for arn in arns])
    return {row["taskArn"]: row.get("availabilityZone", "") for row in found if _runs(row)}


def still_running(account: str, region: str, cluster: str, arns: Sequence[str]) -> set[str]:
    """Which of the tasks run and are meant to. Raises AwsError."""
    return {row["taskArn"] for row in _described(account, region, cluster, arns) if _runs(row)}


def stop(account: str, region: str, cluster: str, arn: str, reason: str) -> None:
    """Stop a task: SIGTERM, and SIGKILL after its stop timeout. Raises AwsError."""
    with aws_errors("ecs:StopTask", account, region):
        _client(account, region, "chaos").stop_task(cluster=cluster, task=arn, reason=reason)


def _described(account: str, region: str, cluster: str, arns: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    with aws_errors("ecs:DescribeTasks", account, region):
        client = _client(account, region, "read")
        for start in range(0, len(arns), AT_ONCE):
            found += client.describe_tasks(cluster=cluster, tasks=list(arns[start : start + AT_ONCE]))["tasks"]
    return found


def _runs(row: dict[str, Any]) -> bool:
    return bool(row.get("lastStatus") == RUNNING and row.get("desiredStatus", RUNNING) == RUNNING)


def _client(account: str, region: str, role: str) -> Any:
    return session.client(account, region, "ecs", role=role, purpose="chaos")
