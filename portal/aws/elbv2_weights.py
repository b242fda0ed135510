"""The weights of the target groups behind an ALB's listener or rule: read them, and set them with the rollout role."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import instances, session
from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.paging import pages

STATES = {
    "healthy": "healthy",
    "unhealthy": "unhealthy",
    "unhealthy.draining": "unhealthy",
    "unavailable": "unhealthy",
    "initial": "starting",
}
"""Health in the portal's words; draining and unused targets serve nobody, so nothing is known of them."""


@dataclass(frozen=True)
class GroupTarget:
    """One registered target: `health` is healthy, unhealthy, starting or unknown; `reason` what AWS says of it."""

    id: str
    zone: str
    health: str
    reason: str


def weights(account: str, region: str, arn: str) -> dict[str, int]:
    """Weight by target group ARN of a listener's default action or a rule. Raises AwsNotFound, other AwsErrors."""
    with aws_errors("elasticloadbalancing:DescribeListeners", account, region):
        client = _client(account, region, "rollout")
        return {
            group["TargetGroupArn"]: int(group.get("Weight", 1))
            for group in _groups(_forward(_actions(client, arn), account, region, arn))
        }


def set_weights(account: str, region: str, arn: str, wanted: Mapping[str, int]) -> None:
    """Forward to exactly these target groups; stickiness and every other action stay as they are. Raises AwsError."""
    with aws_errors("elasticloadbalancing:ModifyListener", account, region):
        client = _client(account, region, "rollout")
        actions = [_as_sent(action) for action in _actions(client, arn)]
        forward = _forward(actions, account, region, arn)
        groups = [{"TargetGroupArn": group, "Weight": weight} for group, weight in wanted.items()]
        forward["ForwardConfig"] = {**(forward.get("ForwardConfig") or {}), "TargetGroups": groups}
        forward.pop("TargetGroupArn", None)
        if is_rule(arn):
            client.modify_rule(RuleArn=arn, Actions=actions)
        else:
            client.modify_listener(ListenerArn=arn, DefaultActions=actions)


def require_groups(account: str, region: str, groups: list[str]) -> None:
    """Raises AwsNotFound where one of the target groups is not there."""
    with aws_errors("elasticloadbalancing:DescribeTargetGroups", account, region):
        _client(account, region, "rollout").describe_target_groups(TargetGroupArns=groups)


def targets(account: str, region: str, group: str) -> list[GroupTarget]:
    """All targets of a group with zone and health, read with the read role. Raises AwsError."""
    with aws_errors("elasticloadbalancing:DescribeTargetHealth", account, region):
        client = _client(account, region, "read")
        rows = client.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    unplaced = [row["Target"]["Id"] for row in rows if not row["Target"].get("AvailabilityZone")]
    zones = instances.zones(account, region, [name for name in unplaced if name.startswith("i-")])
    return [_target(row, zones) for row in rows]


def is_rule(arn: str) -> bool:
    """Whether the ARN is a rule's; else it is a listener's."""
    return ":listener-rule/" in arn


def _target(row: Mapping[str, Any], zones: Mapping[str, str]) -> GroupTarget:
    target, health = row["Target"], row["TargetHealth"]
    zone = target.get("AvailabilityZone") or zones.get(target["Id"], "")
    reason = health.get("Description") or health.get("Reason", "")
    return GroupTarget(target["Id"], zone, STATES.get(health["State"], "unknown"), reason)


def _actions(client: Any, arn: str) -> list[dict[str, Any]]:
    if is_rule(arn):
        found = client.describe_rules(RuleArns=[arn])["Rules"]
        return copy.deepcopy(found[0]["Actions"]) if found else []
    listeners = list(pages(client, "describe_listeners", "Listeners", ListenerArns=[arn]))
    return copy.deepcopy(listeners[0]["DefaultActions"]) if listeners else []


def _forward(actions: list[dict[str, Any]], account: str, region: str, arn: str) -> dict[str, Any]:
    for action in actions:
        if action.get("Type") == "forward":
            return action
    message = f"{arn} forwards to no target group"
    raise AwsNotFound("elasticloadbalancing:DescribeListeners", account, region, "NoForward", message)


def _groups(forward: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    groups: list[Mapping[str, Any]] = (forward.get("ForwardConfig") or {}).get("TargetGroups") or []
    return groups or [{"TargetGroupArn": forward["TargetGroupArn"]}]


def _as_sent(action: dict[str, Any]) -> dict[str, Any]:
    """AWS never tells a client secret; it has to be told to keep the one that it has."""
    if "AuthenticateOidcConfig" in action:
        action["AuthenticateOidcConfig"]["UseExistingClientSecret"] = True
    return action


def _client(account: str, region: str, role: str) -> Any:
    return session.client(account, region, "elbv2", role=role, purpose="rollout")
