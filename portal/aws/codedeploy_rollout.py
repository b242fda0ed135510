"""Rolling out by CodeDeploy: a deployment group's last deployments, and deployments created and stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.paging import pages

RUNNING = ("Created", "Queued", "InProgress", "Baking", "Ready")
SUCCEEDED = "Succeeded"
TARGETS_AT_ONCE = 25  # the most that codedeploy:BatchGetDeploymentTargets takes


@dataclass(frozen=True)
class Deployment:
    """One deployment: `revision` as AWS has it, `counts` of its targets by status, `error` why it ended early."""

    id: str
    status: str
    revision: Mapping[str, Any]
    description: str
    creator: str
    counts: Mapping[str, int]
    error: str

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.status in RUNNING


@dataclass(frozen=True)
class GroupState:
    """A deployment group: the newest deployment, whatever became of it, and the newest that succeeded."""

    platform: str
    newest: Deployment | None
    good: Deployment | None


@dataclass(frozen=True)
class DeploymentTarget:
    """A host, function or service of a deployment. `share` (0 to 1) of the traffic is new where AWS tells it.

    `trouble` is what the lifecycle event said that failed.
    """

    id: str
    status: str
    share: float | None
    trouble: str


def group(account: str, region: str, application: str, name: str) -> GroupState:
    """The group with its last deployments. Raises AwsNotFound where it is not there, and other AwsErrors."""
    with aws_errors("codedeploy:GetDeploymentGroup", account, region):
        client = _client(account, region)
        named = {"applicationName": application, "deploymentGroupName": name}
        info = client.get_deployment_group(**named)["deploymentGroupInfo"]
        ids = [
            (info.get(key) or {}).get("deploymentId", "")
            for key in ("lastAttemptedDeployment", "lastSuccessfulDeployment")
        ]
        found = {one: _deployment(client.get_deployment(deploymentId=one)["deploymentInfo"]) for one in set(ids) if one}
    return GroupState(info.get("computePlatform") or "Server", *(found.get(one) for one in ids))


def create(
    account: str, region: str, application: str, name: str, revision: Mapping[str, Any], *, description: str,
    config: str = "",
) -> str:  # fmt: skip
    """Begin a deployment by the group's configuration, or by `config`; answers its id. Raises AwsError."""
    more = {"deploymentConfigName": config} if config else {}
    with aws_errors("codedeploy:CreateDeployment", account, region):
        made = _client(account, region).create_deployment(
            applicationName=application,
            deploymentGroupName=name,
            revision=dict(revision),
            description=description,
            **more,
        )
    return str(made["deploymentId"])


def stop(account: str, region: str, deployment: str) -> None:
    """Stop a running deployment and have CodeDeploy deploy the last good revision again. Raises AwsError."""
    with aws_errors("codedeploy:StopDeployment", account, region):
        _client(account, region).stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)


def targets(account: str, region: str, deployment: str) -> list[DeploymentTarget]:
    """All targets of a deployment, in its order. Raises AwsError."""
    found: list[DeploymentTarget] = []
    with aws_errors("codedeploy:BatchGetDeploymentTargets", account, region):
        client = _client(account, region)
        ids = [str(one) for one in pages(client, "list_deployment_targets", "targetIds", deploymentId=deployment)]
        for start in range(0, len(ids), TARGETS_AT_ONCE):
            part = ids[start : start + TARGETS_AT_ONCE]
            rows = client.batch_get_deployment_targets(deploymentId=deployment, targetIds=part)["deploymentTargets"]
            found += [_target(row) for row in rows]
    return found


def _deployment(info: Mapping[str, Any]) -> Deployment:
    error = info.get("errorInformation") or {}
    return Deployment(
        id=info["deploymentId"],
        status=info.get("status", ""),
        revision=info.get("revision") or {},
        description=info.get("description", ""),
        creator=info.get("creator", ""),
        counts={key: int(value) for key, value in (info.get("deploymentOverview") or {}).items()},
        error=f"{error['message']} ({error['code']})" if error.get("message") else error.get("code", ""),
    )


def _target(row: Mapping[str, Any]) -> DeploymentTarget:
    found = next(value for key, value in row.items() if key != "deploymentTargetType" and isinstance(value, dict))
    share = (found.get("lambdaFunctionInfo") or {}).get("targetVersionWeight")
    for task_set in found.get("taskSetsInfo") or ():
        if task_set.get("taskSetLabel") == "Green":
            share = float(task_set.get("trafficWeight", 0)) / 100
    failed = (one for one in found.get("lifecycleEvents") or () if one.get("status") == "Failed")
    words = (f"{one['lifecycleEventName']}: {(one.get('diagnostics') or {}).get('message', '')}" for one in failed)
    return DeploymentTarget(found["targetId"], found["status"], share, next(words, "").rstrip(": "))


def _client(account: str, region: str) -> Any:
    return session.client(account, region, "codedeploy", role="rollout", purpose="rollout")
