"""The weights of the target groups behind a VPC Lattice listener's default action or rule, by the groups' names."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import instances, session
from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.paging import pages

DEFAULT = "default"
STATES = {"HEALTHY": "healthy", "UNHEALTHY": "unhealthy", "INITIAL": "starting"}


@dataclass(frozen=True)
class LatticeRoute:
    """A listener's rule by the names of both; the rule `default` is the listener's default action."""

    account: str
    region: str
    service: str
    listener: str
    rule: str
    role: str = "rollout"


@dataclass(frozen=True)
class GroupTarget:
    """One registered target: `health` is healthy, unhealthy, starting or unknown."""

    id: str
    zone: str
    health: str
    reason: str


def weights(route: LatticeRoute) -> dict[str, int]:
    """Weight by target group name. Raises AwsNotFound where the route is not there, and other AwsErrors."""
    with aws_errors("vpc-lattice:GetListener", route.account, route.region):
        client = _client(route, route.role)
        entries = _forward(read_action(client, route)[1], route)["targetGroups"]
        named = {group["id"]: str(group["name"]) for group in pages(client, "list_target_groups", "items")}
        return {named.get(_id(one), _id(one)): int(one.get("weight", 100)) for one in entries}


def group_ids(route: LatticeRoute, names: list[str]) -> dict[str, str]:
    """Id by name of target groups. Raises AwsNotFound where one of them is not there."""
    with aws_errors("vpc-lattice:ListTargetGroups", route.account, route.region):
        found = {
            str(one["name"]): str(one["id"]) for one in pages(_client(route, route.role), "list_target_groups", "items")
        }
    for name in names:
        if name not in found:
            action, message = "vpc-lattice:ListTargetGroups", f"there is no target group {name}"
            raise AwsNotFound(action, route.account, route.region, "ResourceNotFoundException", message)
    return {name: found[name] for name in names}


def set_weights(route: LatticeRoute, wanted: Mapping[str, int]) -> None:
    """Forward to exactly these target groups. Raises AwsNotFound, or another AwsError."""
    ids = group_ids(route, list(wanted))
    groups = [{"targetGroupIdentifier": ids[name], "weight": weight} for name, weight in wanted.items()]
    with aws_errors("vpc-lattice:UpdateListener", route.account, route.region):
        client = _client(route, route.role)
        where, action = read_action(client, route)
        _forward(action, route)["targetGroups"] = groups
        if "ruleIdentifier" in where:
            client.update_rule(**where, action=action)
        else:
            client.update_listener(**where, defaultAction=action)


def targets(route: LatticeRoute, group: str) -> list[GroupTarget]:
    """All targets of a group, by its name, read with the read role. Raises AwsError."""
    with aws_errors("vpc-lattice:ListTargets", route.account, route.region):
        identifier = group_ids(route, [group])[group]
        rows = list(pages(_client(route, "read"), "list_targets", "items", targetGroupIdentifier=identifier))
    zones = instances.zones(route.account, route.region, [row["id"] for row in rows if row["id"].startswith("i-")])
    return [
        GroupTarget(row["id"], zones.get(row["id"], ""), STATES.get(row["status"], "unknown"),
                    row.get("reasonCode") or row["status"])
        for row in rows
    ]  # fmt: skip


def read_action(client: Any, route: LatticeRoute) -> tuple[dict[str, str], dict[str, Any]]:
    """(identifiers for the update, the action as it is). Raises AwsNotFound, and what boto3 raises."""
    listeners = pages(client, "list_listeners", "items", serviceIdentifier=route.service)
    listener = _named(listeners, route.listener, "listener", route)
    where = {"serviceIdentifier": route.service, "listenerIdentifier": listener}
    if route.rule == DEFAULT:
        return where, copy.deepcopy(client.get_listener(**where).get("defaultAction") or {})
    where["ruleIdentifier"] = _named(pages(client, "list_rules", "items", **where), route.rule, "rule", route)
    return where, copy.deepcopy(client.get_rule(**where).get("action") or {})


def _named(rows: Any, name: str, what: str, route: LatticeRoute) -> str:
    for row in rows:
        if row.get("name") == name:
            return str(row["id"])
    message = f"there is no {what} {name}"
    raise AwsNotFound("vpc-lattice:GetListener", route.account, route.region, "ResourceNotFoundException", message)


def _forward(action: dict[str, Any], route: LatticeRoute) -> dict[str, Any]:
    forward: dict[str, Any] = action.get("forward") or {}
    if not forward.get("targetGroups"):
        message = f"{route.listener}/{route.rule} forwards to no target group"
        raise AwsNotFound("vpc-lattice:GetListener", route.account, route.region, "NoForward", message)
    return forward


def _id(entry: Mapping[str, Any]) -> str:
    """A target group may be named by its ARN."""
    return str(entry["targetGroupIdentifier"]).rpartition("/")[2]


def _client(route: LatticeRoute, role: str) -> Any:
    return session.client(route.account, route.region, "vpc-lattice", role=role, purpose="rollout")
