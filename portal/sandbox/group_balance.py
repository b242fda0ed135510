"""The members of Auto Scaling groups inside moto: who they are, and how they are spread over the group's subnets."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .backends import backend


def _groups(account: str, region: str) -> dict[str, Any]:
    found: dict[str, Any] = backend("autoscaling", account, region).autoscaling_groups
    return found


def members(account: str, region: str) -> set[str]:
    """Ids of the members of all groups."""
    return {member.instance.id for group in _groups(account, region).values() for member in group.instance_states}


def down(account: str, region: str) -> set[str]:
    """Ids of the members that do not run."""
    return {
        member.instance.id
        for group in _groups(account, region).values()
        for member in group.instance_states
        if member.instance.state != "running"
    }


def spread(account: str, region: str, name: str) -> None:
    """Replace the members outside the group's subnets, and those of which a subnet has more than its share."""
    group = _groups(account, region)[name]
    subnets = [part for part in (group.vpc_zone_identifier or "").split(",") if part]
    share = -(-len(group.instance_states) // len(subnets))
    used: Counter[str] = Counter()
    surplus = []
    for member in group.instance_states:
        subnet = member.instance.subnet_id
        used[subnet] += 1
        if subnet not in subnets or used[subnet] > share:
            surplus.append(member)
    if not surplus:
        return
    group.instance_states = [member for member in group.instance_states if member not in surplus]
    group.replace_autoscaling_group_instances(len(surplus), group.get_propagated_tags())
    group.autoscaling_backend.ec2_backend.terminate_instances([member.instance.id for member in surplus])
    group.autoscaling_backend.update_attached_target_groups(name)
