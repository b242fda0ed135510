"""CodeDeploy deployment groups with the last deployment of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import reader


@dataclass(frozen=True)
class GroupState:
    """One group; `deployment` and `status` are "" before its first deployment, `at` is its end, or its begin while it runs."""

    application: str
    name: str
    account: str
    region: str
    platform: str
    config: str
    auto_rollback: bool
    deployment: str
    status: str
    at: datetime | None


def groups(account: str, region: str) -> list[GroupState]:
    """All deployment groups of all applications. Raises AwsError."""
    found: list[GroupState] = []
    with aws_errors("codedeploy:GetDeploymentGroup", account, region):
        client = reader(account, region, "codedeploy")
        for application in pages(client, "list_applications", "applications"):
            for name in pages(client, "list_deployment_groups", "deploymentGroups", applicationName=application):
                reply = client.get_deployment_group(applicationName=str(application), deploymentGroupName=str(name))
                found.append(_group(reply["deploymentGroupInfo"], account, region))
    return found


def _group(info: Mapping[str, Any], account: str, region: str) -> GroupState:
    last = info.get("lastAttemptedDeployment") or {}
    return GroupState(
        info["applicationName"], info["deploymentGroupName"], account, region, info.get("computePlatform") or "Server",
        info.get("deploymentConfigName") or "CodeDeployDefault.OneAtATime",
        bool((info.get("autoRollbackConfiguration") or {}).get("enabled")), last.get("deploymentId", ""),
        last.get("status", ""), last.get("endTime") or last.get("createTime"),
    )  # fmt: skip
