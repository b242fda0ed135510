"""Rolling out an ECS service: its task definition, the service deployment that moves it, and its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.paging import pages

FORWARD = ("PENDING", "IN_PROGRESS")
BACK = ("ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "STOP_REQUESTED")
SUCCESSFUL, ROLLBACK_SUCCESSFUL = "SUCCESSFUL", "ROLLBACK_SUCCESSFUL"
TASKS_AT_ONCE = 100  # the most that ecs:DescribeTasks takes
HEALTH = {"HEALTHY": "healthy", "UNHEALTHY": "unhealthy"}
STARTING = ("PROVISIONING", "PENDING", "ACTIVATING")


@dataclass(frozen=True)
class Deployment:
    """The newest service deployment. `share` (0 to 1) of the traffic, or of the tasks where they are rolled, is new.

    `note` says why it was stopped or rolled back; `waits_for` are the ids of hooks that wait for somebody.
    """

    arn: str
    status: str
    stage: str
    strategy: str
    share: float
    note: str
    waits_for: tuple[str, ...]


@dataclass(frozen=True)
class Service:
    """A service as it is now: ECS works towards `task_definition`; `other` is what else still has tasks ("" for none).

    `rule` and `groups` are the listener rule and the two target groups between which ECS shifts traffic, if it does.
    """

    task_definition: str
    other: str
    controller: str
    deployment: Deployment | None
    rule: str
    groups: tuple[str, ...]

    @property
    def status(self) -> str:
        """The newest deployment's status, "" where there is none."""
        return self.deployment.status if self.deployment else ""


@dataclass(frozen=True)
class Task:
    """One task: `health` is healthy, unhealthy, starting or unknown, `reason` what AWS says of it."""

    id: str
    zone: str
    task_definition: str
    health: str
    reason: str


def service(account: str, region: str, cluster: str, name: str) -> Service:
    """The service with its newest deployment. Raises AwsNotFound where there is none, and other AwsErrors."""
    with aws_errors("ecs:DescribeServices", account, region):
        client = _client(account, region, "rollout")
        rows = client.describe_services(cluster=cluster, services=[name])["services"]
        rows = [row for row in rows if row.get("status") != "INACTIVE"]
        if not rows:
            raise AwsNotFound("ecs:DescribeServices", account, region, "ServiceNotFound", f"there is no service {name}")
        return _service(rows[0], _newest(client, cluster, name))


def deploy(account: str, region: str, cluster: str, name: str, task_definition: str, *, force: bool = False) -> None:
    """Begin to move the service to a task definition, by its own deployment configuration. Raises AwsError."""
    more = {"forceNewDeployment": True} if force else {}
    with aws_errors("ecs:UpdateService", account, region):
        _client(account, region, "rollout").update_service(
            cluster=cluster, service=name, taskDefinition=task_definition, **more
        )


def roll_back(account: str, region: str, deployment: str) -> None:
    """Stop a running service deployment and go back to the revision from before. Raises AwsError."""
    with aws_errors("ecs:StopServiceDeployment", account, region):
        client = _client(account, region, "rollout")
        client.stop_service_deployment(serviceDeploymentArn=deployment, stopType="ROLLBACK")


def require_task_definition(account: str, region: str, task_definition: str) -> None:
    """Raises AwsNotFound where the task definition is not there or not active."""
    try:
        with aws_errors("ecs:DescribeTaskDefinition", account, region):
            client = _client(account, region, "rollout")
            found = client.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    except Exception as error:
        # ECS answers a plain ClientException for a task definition that it does not have.
        if getattr(error, "code", "") != "ClientException":
            raise
        found = {}
    if found.get("status", "ACTIVE" if found else "") != "ACTIVE":
        message = f"there is no active task definition {task_definition}"
        raise AwsNotFound("ecs:DescribeTaskDefinition", account, region, "TaskDefinitionNotFound", message)


def tasks(account: str, region: str, cluster: str, name: str) -> list[Task]:
    """All tasks of the service, read with the read role. Raises AwsError."""
    found: list[Task] = []
    with aws_errors("ecs:DescribeTasks", account, region):
        client = _client(account, region, "read")
        arns = [str(arn) for arn in pages(client, "list_tasks", "taskArns", cluster=cluster, serviceName=name)]
        for start in range(0, len(arns), TASKS_AT_ONCE):
            part = arns[start : start + TASKS_AT_ONCE]
            found += [_task(row) for row in client.describe_tasks(cluster=cluster, tasks=part)["tasks"]]
    return found


def _task(row: Mapping[str, Any]) -> Task:
    status, health = row.get("lastStatus", ""), row.get("healthStatus", "UNKNOWN")
    words = row.get("stoppedReason") or f"{status.lower()}, {health.lower()}"
    state = HEALTH.get(health, "unknown") if status == "RUNNING" else "starting" if status in STARTING else "unknown"
    return Task(
        row["taskArn"].rpartition("/")[2], row.get("availabilityZone", ""), row["taskDefinitionArn"], state, words
    )


def _service(row: Mapping[str, Any], deployment: Deployment | None) -> Service:
    current = str(row["taskDefinition"])
    others = (one["taskDefinition"] for one in row.get("deployments") or [] if one.get("taskDefinition") != current)
    wires: Mapping[str, Any] = next(iter(row.get("loadBalancers") or []), {})
    advanced = wires.get("advancedConfiguration") or {}
    groups = tuple(arn for arn in (wires.get("targetGroupArn"), advanced.get("alternateTargetGroupArn")) if arn)
    controller = (row.get("deploymentController") or {}).get("type", "ECS")
    return Service(
        current, next(others, ""), controller, deployment, advanced.get("productionListenerRule", ""), groups
    )


def _newest(client: Any, cluster: str, name: str) -> Deployment | None:
    rows = list(pages(client, "list_service_deployments", "serviceDeployments", cluster=cluster, service=name))
    if not rows:
        return None
    arn = max(rows, key=lambda row: row["createdAt"])["serviceDeploymentArn"]
    found = client.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    return _deployment(found[0]) if found else None


def _deployment(row: Mapping[str, Any]) -> Deployment:
    hooks = (hook for hook in row.get("lifecycleHookDetails") or () if hook.get("status") == "AWAITING_ACTION")
    return Deployment(
        arn=row["serviceDeploymentArn"],
        status=row.get("status", ""),
        stage=row.get("lifecycleStage", ""),
        strategy=(row.get("deploymentConfiguration") or {}).get("strategy") or "ROLLING",
        share=_share(row.get("targetServiceRevision") or {}),
        note=(row.get("rollback") or {}).get("reason") or row.get("statusReason", ""),
        waits_for=tuple(str(hook["hookId"]) for hook in hooks),
    )


def _share(revision: Mapping[str, Any]) -> float:
    if "requestedProductionTrafficWeight" in revision:
        return float(revision["requestedProductionTrafficWeight"]) / 100
    wanted = int(revision.get("requestedTaskCount") or 0)
    return min(1.0, int(revision.get("runningTaskCount") or 0) / wanted) if wanted else 0.0


def _client(account: str, region: str, role: str) -> Any:
    return session.client(account, region, "ecs", role=role, purpose="rollout")
