"""CodeDeploy: deployment groups with their safety settings, and deployments with their progress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import reader

BATCH = 25
"""Most deployments that one BatchGetDeployments call takes."""


@dataclass(frozen=True)
class Group:
    """One deployment group. ``config`` is the name of its deployment configuration."""

    application: str
    name: str
    account: str
    region: str
    platform: str
    config: str
    auto_rollback: bool
    rollback_events: Sequence[str]
    alarms: Sequence[str]
    alarms_enabled: bool

    @property
    def all_at_once(self) -> bool:
        """Whether every host or all traffic is changed in one step."""
        return self.config.endswith("AllAtOnce")


@dataclass(frozen=True)
class DeploymentRow:
    """One deployment. ``status`` as AWS writes it; ``counts`` are hosts or targets by status; times are aware UTC."""

    id: str
    application: str
    group: str
    account: str
    region: str
    status: str
    version: str
    creator: str
    config: str
    created: datetime | None
    started: datetime | None
    finished: datetime | None
    counts: Mapping[str, int]
    error: str
    rollback_of: str


def groups(account: str, region: str) -> list[Group]:
    """All deployment groups of all applications. Raises AwsError."""
    found: list[Group] = []
    with aws_errors("codedeploy:GetDeploymentGroup", account, region):
        client = reader(account, region, "codedeploy")
        for application in pages(client, "list_applications", "applications"):
            for name in pages(client, "list_deployment_groups", "deploymentGroups", applicationName=application):
                reply = client.get_deployment_group(applicationName=str(application), deploymentGroupName=str(name))
                found.append(_group(reply["deploymentGroupInfo"], account, region))
    return found


def deployments(account: str, region: str, since: datetime | None = None) -> list[DeploymentRow]:
    """Deployments created since then (all that AWS keeps without it), in no particular order. Raises AwsError."""
    window: dict[str, Any] = {"createTimeRange": {"start": since}} if since else {}
    with aws_errors("codedeploy:BatchGetDeployments", account, region):
        client = reader(account, region, "codedeploy")
        ids = [str(row) for row in pages(client, "list_deployments", "deployments", **window)]
        infos = [
            info
            for batch in _batches(ids)
            for info in client.batch_get_deployments(deploymentIds=batch)["deploymentsInfo"]
        ]
    return [_deployment(info, account, region) for info in infos]


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    for first in range(0, len(ids), BATCH):
        yield list(ids[first : first + BATCH])


def _group(info: Mapping[str, Any], account: str, region: str) -> Group:
    rollback, alarm = info.get("autoRollbackConfiguration") or {}, info.get("alarmConfiguration") or {}
    return Group(
        application=info["applicationName"],
        name=info["deploymentGroupName"],
        account=account,
        region=region,
        platform=info.get("computePlatform") or "Server",
        config=info.get("deploymentConfigName") or "CodeDeployDefault.OneAtATime",
        auto_rollback=bool(rollback.get("enabled")),
        rollback_events=tuple(rollback.get("events") or ()),
        alarms=tuple(row.get("name", "") for row in alarm.get("alarms") or ()),
        alarms_enabled=bool(alarm.get("enabled")),
    )


def _deployment(info: Mapping[str, Any], account: str, region: str) -> DeploymentRow:
    return DeploymentRow(
        id=info["deploymentId"],
        application=info.get("applicationName", ""),
        group=info.get("deploymentGroupName", ""),
        account=account,
        region=region,
        status=info.get("status", ""),
        version=_version(info.get("revision") or {}),
        creator=info.get("creator", ""),
        config=info.get("deploymentConfigName", ""),
        created=info.get("createTime"),
        started=info.get("startTime"),
        finished=info.get("completeTime"),
        counts={key: int(value) for key, value in (info.get("deploymentOverview") or {}).items()},
        error=(info.get("errorInformation") or {}).get("message", ""),
        rollback_of=(info.get("rollbackInfo") or {}).get("rollbackTriggeringDeploymentId", ""),
    )


def _version(revision: Mapping[str, Any]) -> str:
    s3, github = revision.get("s3Location") or {}, revision.get("gitHubLocation") or {}
    return str(github.get("commitId", "")[:12] or s3.get("version") or s3.get("key", "").rpartition("/")[2])
