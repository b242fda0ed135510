"""Application and network load balancers with their listeners and target groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map

TAGS_AT_ONCE = 20  # the most that elasticloadbalancing:DescribeTags takes

SWITCHES = {
    "deletion_protection": "deletion_protection.enabled",
    "access_logs": "access_logs.s3.enabled",
    "cross_zone": "load_balancing.cross_zone.enabled",
    "drops_invalid_headers": "routing.http.drop_invalid_header_fields.enabled",
}
OF_HTTP = {"drops_invalid_headers"}
"""Only a load balancer that reads HTTP has these."""


@dataclass(frozen=True)
class TargetGroup:
    """Where a load balancer sends requests: `target_type` is instance, ip, lambda or alb.

    `weight` is the group's share in weighted forwarding (0 to 999), None where listeners do not weigh. `functions` are
    the names of the functions behind it, None where the role may not read them.
    """

    name: str
    arn: str
    target_type: str
    health_check_path: str
    weight: int | None = None
    functions: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Listener:
    """Where a load balancer listens; `label` is its protocol and port, such as "HTTPS 443"."""

    arn: str
    label: str


@dataclass(frozen=True, kw_only=True)
class LoadBalancer(AwsResource):
    """One load balancer. `plain_http` is true when a listener serves HTTP without sending it on to HTTPS.

    A network load balancer knows nothing of headers: what would be done with malformed ones is None.
    `spare_groups` are target groups of its network that no load balancer uses yet and whose names begin with its own.
    """

    type: str
    scheme: str
    zones: tuple[str, ...]
    zone_count: int
    deletion_protection: bool | None
    access_logs: bool | None
    cross_zone: bool | None
    drops_invalid_headers: bool | None
    plain_http: bool
    tls_policies: tuple[str, ...]
    target_groups: tuple[TargetGroup, ...]
    serves_lambda: bool
    weighted: bool
    vpc_id: str
    listeners: tuple[Listener, ...] = ()
    spare_groups: tuple[TargetGroup, ...] = ()


def load_balancers(account: str, region: str) -> list[LoadBalancer]:
    """All load balancers of the account and region, two more calls for each."""
    with aws_errors("elasticloadbalancing:DescribeLoadBalancers", account, region):
        client = reader(account, region, "elbv2")
        rows = list(pages(client, "describe_load_balancers", "LoadBalancers"))
        if not rows:
            return []
        groups = list(pages(client, "describe_target_groups", "TargetGroups"))
        arns = [row["LoadBalancerArn"] for row in rows]
        tags = detail("elasticloadbalancing:DescribeTags", account, region, lambda: _tags(client, arns)) or {}
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


def _switches(client: Any, arn: str, kind: str, account: str, region: str) -> dict[str, bool | None]:
    """Which of the attributes in SWITCHES are on; None for what this kind has not, or the role may not read."""

    def read() -> set[str]:
        rows = client.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        return {entry["Key"] for entry in rows if entry.get("Value") == "true"}

    on = detail("elasticloadbalancing:DescribeLoadBalancerAttributes", account, region, read)
    foreign = OF_HTTP if kind != "application" else set()
    return {name: None if on is None or name in foreign else key in on for name, key in SWITCHES.items()}


def _weights(listeners: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The weight of each target group, where a listener forwards to more than one."""
    found: dict[str, int] = {}
    for action in (action for row in listeners for action in row.get("DefaultActions") or []):
        groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        if len(groups) > 1:
            found |= {group["TargetGroupArn"]: int(group.get("Weight", 1)) for group in groups}
    return found


def _target_group(
    client: Any, row: Mapping[str, Any], account: str, region: str, weights: Mapping[str, int]
) -> TargetGroup:
    arn = row["TargetGroupArn"]
    kind, path = row.get("TargetType", "instance"), row.get("HealthCheckPath", "")
    functions: tuple[str, ...] | None = ()
    if kind == "lambda":
        action = "elasticloadbalancing:DescribeTargetHealth"
        functions = detail(action, account, region, lambda: _functions(client, arn))
    return TargetGroup(row["TargetGroupName"], arn, kind, path, weights.get(arn), functions)


def _beside(group: Mapping[str, Any], balancer: Mapping[str, Any]) -> bool:
    """Whether a target group could be the next version behind a load balancer."""
    named = str(group["TargetGroupName"]).startswith(balancer["LoadBalancerName"])
    return named and group.get("VpcId", "") == balancer.get("VpcId", "")


def _load_balancer(
    client: Any,
    row: Mapping[str, Any],
    account: str,
    region: str,
    groups: Sequence[Mapping[str, Any]],
    tags: Mapping[str, Mapping[str, str]],
) -> LoadBalancer:
    arn, kind = row["LoadBalancerArn"], row.get("Type", "application")
    listeners = list(pages(client, "describe_listeners", "Listeners", LoadBalancerArn=arn))
    zones = tuple(sorted(zone["ZoneName"] for zone in row.get("AvailabilityZones") or []))
    weights = _weights(listeners)
    own = [group for group in groups if arn in (group.get("LoadBalancerArns") or [])]
    mine = tuple(_target_group(client, group, account, region, weights) for group in own)
    spare = [group for group in groups if not group.get("LoadBalancerArns") and _beside(group, row)]
    return LoadBalancer(
        name=row["LoadBalancerName"],
        arn=arn,
        account=account,
        region=region,
        tags=tags.get(arn, {}),
        type=kind,
        scheme=row.get("Scheme", ""),
        zones=zones,
        zone_count=len(set(zones)),
        **_switches(client, arn, kind, account, region),
        plain_http=_plain_http(listeners),
        tls_policies=tuple(sorted({entry["SslPolicy"] for entry in listeners if entry.get("SslPolicy")})),
        target_groups=mine,
        serves_lambda=any(group.target_type == "lambda" for group in mine),
        weighted=bool(weights),
        vpc_id=row.get("VpcId") or "",
        listeners=tuple(Listener(row["ListenerArn"], f"{row['Protocol']} {row['Port']}") for row in listeners),
        spare_groups=tuple(_target_group(client, group, account, region, {}) for group in spare),
    )
