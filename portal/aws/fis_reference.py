"""Around the experiments of AWS FIS: the safety lever, what targets were resolved to, target accounts, the actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.paging import pages

DEFAULT_LEVER = "default"


@dataclass(frozen=True)
class Lever:
    """The safety lever of one account and region: engaged, engaging or disengaged, and why."""

    status: str
    reason: str


@dataclass(frozen=True)
class ResolvedTarget:
    """One resource that a target of an experiment was resolved to."""

    target: str
    resource_type: str
    arn: str


@dataclass(frozen=True)
class TargetAccount:
    """Another account that a template reaches into, with the role that it takes there."""

    account: str
    role: str


def safety_lever(account: str, region: str) -> Lever:
    """The safety lever. Raises AwsError; whoever asks must take that for engaged."""
    with aws_errors("fis:GetSafetyLever", account, region):
        state = _reader(account, region).get_safety_lever(id=DEFAULT_LEVER)["safetyLever"].get("state") or {}
    return Lever(state.get("status", ""), state.get("reason", ""))


def resolved_targets(account: str, region: str, experiment: str) -> list[ResolvedTarget]:
    """What an experiment hits. Raises AwsError."""
    with aws_errors("fis:ListExperimentResolvedTargets", account, region):
        client = _reader(account, region)
        rows = pages(client, "list_experiment_resolved_targets", "resolvedTargets", experimentId=experiment)
        return [
            ResolvedTarget(row.get("targetName", ""), row.get("resourceType", ""), _arn(row.get("targetInformation")))
            for row in rows
        ]


def target_accounts(account: str, region: str, template: str) -> list[TargetAccount]:
    """The other accounts of a template. Raises AwsError."""
    with aws_errors("fis:ListTargetAccountConfigurations", account, region):
        key, client = "targetAccountConfigurations", _reader(account, region)
        rows = pages(client, "list_target_account_configurations", key, experimentTemplateId=template)
        return [TargetAccount(row.get("accountId", ""), row.get("roleArn", "")) for row in rows]


def actions(account: str, region: str) -> dict[str, str]:
    """Description of each action that AWS offers here, by its id. Raises AwsError."""
    with aws_errors("fis:ListActions", account, region):
        rows = pages(_reader(account, region), "list_actions", "actions")
        return {row["id"]: row.get("description", "") for row in rows}


def _arn(information: dict[str, str] | None) -> str:
    """The model does not name the keys of a target's information: the value that is an ARN, else the first."""
    values = list((information or {}).values())
    return next((value for value in values if value.startswith("arn:")), values[0] if values else "")


def _reader(account: str, region: str) -> Any:
    return session.client(account, region, "fis", role="read", purpose="chaos")
