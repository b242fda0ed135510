"""Application and network load balancers with their listeners and target groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map

TAGS_AT_ONCE = 20  # the most that elasticloadbalancing:DescribeTags takes


@dataclass(frozen=True)
class TargetGroup:
    """Where a load balancer sends requests: `target_type` is instance, ip, lambda or alb; `functions` by name."""

    name: str
    arn: str
    target_type: str
    health_check_path: str
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LoadBalancer(AwsResource):
    """One load balancer. `plain_http` is true when a listener serves HTTP without sending it on to HTTPS."""

    type: str
    scheme: str
    zones: tuple[str, ...]
    zone_count: int
    deletion_protection: bool
    access_logs: bool
    drops_invalid_headers: bool
    plain_http: bool
    tls_policies: tuple[str, ...]
    target_groups: tuple[TargetGroup, ...]
    serves_lambda: bool


def load_balancers(account: str, region: str) -> list[LoadBalancer]:
    """All load balancers of the account and region, two more calls for each."""
    with aws_errors("elasticloadbalancing:DescribeLoadBalancers", account, region):
        client = reader(account, region, "elbv2")
        rows = list(pages(client, "describe_load_balancers", "LoadBalancers"))
        if not rows:
            return []
        groups = list(pages(client, "describe_target_groups", "TargetGroups"))
        tags = _tags(client, [row["LoadBalancerArn"] for row in rows])
        return [_load_balancer(client, row, account, region, groups, tags) for row in rows]


def _tags(client: Any, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for start in range(0, len(arns), TAGS_AT_ONCE):
        answer = client.describe_tags(ResourceArns=list(arns[start : start + TAGS_AT_ONCE]))
        found |= {row["ResourceArn"]: tag_map(row["Tags"]) for row in answer["TagDescriptions"]}
    return found


def _functions(client: Any, group: str) -> tuple[str, ...]:
    """Names of the functions that a target group calls; one more call, for groups of that type only."""
    rows = client.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    return tuple(sorted({row["Target"]["Id"].partition(":function:")[2].partition(":")[0] for row in rows}))


def _plain_http(listeners: Sequence[Mapping[str, Any]]) -> bool:
    return any(
        row.get("Protocol") == "HTTP"
        and any(action.get("Type") != "redirect" for action in row.get("DefaultActions") or [])
        for row in listeners
    )


def _load_balancer(
    client: Any,
    row: Mapping[str, Any],
    account: str,
    region: str,
    groups: Sequence[Mapping[str, Any]],
    tags: Mapping[str, Mapping[str, str]],
) -> LoadBalancer:
    arn = row["LoadBalancerArn"]
    attributes = client.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    on = {entry["Key"] for entry in attributes if entry.get("Value") == "true"}
    listeners = list(pages(client, "describe_listeners", "Listeners", LoadBalancerArn=arn))
    zones = tuple(sorted(zone["ZoneName"] for zone in row.get("AvailabilityZones") or []))
    mine = tuple(
        TargetGroup(
            group["TargetGroupName"],
            group["TargetGroupArn"],
            group.get("TargetType", "instance"),
            group.get("HealthCheckPath", ""),
            _functions(client, group["TargetGroupArn"]) if group.get("TargetType") == "lambda" else (),
        )
        for group in groups
        if arn in (group.get("LoadBalancerArns") or [])
    )
    return LoadBalancer(
        name=row["LoadBalancerName"],
        arn=arn,
        account=account,
        region=region,
        tags=tags.get(arn, {}),
        type=row.get("Type", "application"),
        scheme=row.get("Scheme", ""),
        zones=zones,
        zone_count=len(set(zones)),
        deletion_protection="deletion_protection.enabled" in on,
        access_logs="access_logs.s3.enabled" in on,
        drops_invalid_headers="routing.http.drop_invalid_header_fields.enabled" in on,
        plain_http=_plain_http(listeners),
        tls_policies=tuple(sorted({entry["SslPolicy"] for entry in listeners if entry.get("SslPolicy")})),
        target_groups=mine,
        serves_lambda=any(group.target_type == "lambda" for group in mine),
    )
