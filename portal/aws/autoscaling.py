"""EC2 Auto Scaling groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class AutoScalingGroup(AwsResource):
    """One group. `spot_share` is 0 to 1; `unhealthy` counts instances that the group itself calls unhealthy."""

    minimum: int
    maximum: int
    desired: int
    zones: tuple[str, ...]
    zone_count: int
    health_check: str
    load_balanced: bool
    spot_share: float
    capacity_rebalance: bool
    instance_types: tuple[str, ...]
    instances: int
    unhealthy: int
    scales: bool | None
    target_groups: tuple[str, ...]


def groups(account: str, region: str) -> list[AutoScalingGroup]:
    """All groups of the account and region, with whether a scaling policy moves them."""
    with aws_errors("autoscaling:DescribeAutoScalingGroups", account, region):
        client = reader(account, region, "autoscaling")
        rows = list(pages(client, "describe_auto_scaling_groups", "AutoScalingGroups"))
        scaled = detail("autoscaling:DescribePolicies", account, region, lambda: _scaled(client)) if rows else set()
        return [
            _group(row, account, region, None if scaled is None else row["AutoScalingGroupName"] in scaled)
            for row in rows
        ]


def _scaled(client: Any) -> set[str]:
    """Names of the groups that a scaling policy moves."""
    return {row["AutoScalingGroupName"] for row in pages(client, "describe_policies", "ScalingPolicies")}


def _spot_share(row: Mapping[str, Any]) -> float:
    spread = (row.get("MixedInstancesPolicy") or {}).get("InstancesDistribution") or {}
    if not spread:
        return 0.0
    on_demand = float(spread.get("OnDemandPercentageAboveBaseCapacity", 100))
    return round((100 - on_demand) / 100, 3)


def _group(row: Mapping[str, Any], account: str, region: str, scales: bool | None) -> AutoScalingGroup:
    instances = row.get("Instances") or []
    return AutoScalingGroup(
        name=row["AutoScalingGroupName"],
        arn=row["AutoScalingGroupARN"],
        account=account,
        region=region,
        tags=tag_map(row.get("Tags")),
        minimum=row.get("MinSize", 0),
        maximum=row.get("MaxSize", 0),
        desired=row.get("DesiredCapacity", 0),
        zones=tuple(sorted(row.get("AvailabilityZones") or [])),
        zone_count=len(set(row.get("AvailabilityZones") or [])),
        health_check=row.get("HealthCheckType", "EC2"),
        load_balanced=bool(row.get("TargetGroupARNs") or row.get("LoadBalancerNames")),
        spot_share=_spot_share(row),
        capacity_rebalance=bool(row.get("CapacityRebalance")),
        instance_types=tuple(sorted({entry["InstanceType"] for entry in instances if entry.get("InstanceType")})),
        instances=len(instances),
        unhealthy=sum(1 for entry in instances if entry.get("HealthStatus") != "Healthy"),
        scales=scales,
        target_groups=tuple(sorted(row.get("TargetGroupARNs") or [])),
    )
