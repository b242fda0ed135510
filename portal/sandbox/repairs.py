"""Corrections inside moto where a handler cannot reach: one place, each with the reason."""

from __future__ import annotations

from collections import Counter
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup

_launch = FakeAutoScalingGroup.replace_autoscaling_group_instances


def _spread_over_zones(group: Any, count_needed: int, propagated_tags: dict[str, str]) -> None:
    """Launch in the emptiest subnet first, as AWS balances zones; moto puts every instance into the first subnet."""
    subnets = (group.vpc_zone_identifier or "").split(",")
    if len(subnets) < 2:
        _launch(group, count_needed, propagated_tags)
        return
    used = Counter(state.instance.subnet_id for state in group.instance_states)
    chosen: Counter[str] = Counter()
    for _ in range(count_needed):
        emptiest = min(subnets, key=lambda subnet: (used[subnet] + chosen[subnet], subnets.index(subnet)))
        chosen[emptiest] += 1
    whole = group.vpc_zone_identifier
    try:
        for subnet, count in chosen.items():
            group.vpc_zone_identifier = subnet
            _launch(group, count, propagated_tags)
    finally:
        group.vpc_zone_identifier = whole


def apply() -> None:
    """Install the corrections; calling it again changes nothing."""
    FakeAutoScalingGroup.replace_autoscaling_group_instances = _spread_over_zones
