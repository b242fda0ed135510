"""How much goes through a mesh, and what the way through it costs in time, where CloudWatch has both sides.

Metrics: AWS/VpcLattice (RequestTime, dimension Service), AWS/ECS (TargetResponseTime of Service Connect, dimensions
DiscoveryName, ServiceName, ClusterName), AWS/Lambda (Duration) and AWS/ApplicationELB (TargetResponseTime).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.aws.cloudwatch import Metric, Point, aligned, read
from portal.aws.errors import AwsError
from portal.aws.mesh import Traffic
from portal.aws.resource import reader

HOUR = 3600
DAY = timedelta(days=1)
BOTH = ("Sum", "SampleCount")


def lattice_traffic(account: str, region: str, service: str, functions: Sequence[str]) -> Traffic:
    """Request time of a Lattice service beside the duration of the function behind it."""
    space, where = "AWS/VpcLattice", {"Service": service}
    mesh = [Metric(space, "RequestTime", where, stat) for stat in BOTH]
    counts = [Metric(space, "TotalRequestCount", where), Metric(space, "HTTPCode_5XX_Count", where)]
    name = functions[0].partition(":function:")[2].partition(":")[0] if functions else ""
    direct = [Metric("AWS/Lambda", "Duration", {"FunctionName": name}, stat) for stat in BOTH] if name else []
    return _traffic(
        account, region, mesh, counts, direct, 1, ("RequestTime of VPC Lattice", f"Duration of the function {name}")
    )


def connect_traffic(account: str, region: str, row: Mapping[str, Any], routes: Sequence[str]) -> Traffic:
    """Response time by Service Connect beside the one by the load balancer, which goes around the proxy."""
    if not routes:
        return Traffic(reason="It only calls others: its own requests do not come through the mesh.")
    cluster = str(row.get("clusterArn", "")).rpartition("/")[2]
    where = {"DiscoveryName": routes[0], "ServiceName": row["serviceName"], "ClusterName": cluster}
    mesh = [Metric("AWS/ECS", "TargetResponseTime", where, stat) for stat in BOTH]
    counts = [Metric("AWS/ECS", name, where) for name in ("RequestCount", "HTTPCode_Target_5XX_Count")]
    groups = [entry["targetGroupArn"] for entry in row.get("loadBalancers") or () if entry.get("targetGroupArn")]
    balancer = _balancer(account, region, groups[0]) if groups else ""
    own = {"LoadBalancer": balancer}
    direct = [Metric("AWS/ApplicationELB", "TargetResponseTime", own, stat) for stat in BOTH] if balancer else []
    names = (
        "TargetResponseTime of Service Connect",
        "TargetResponseTime of its load balancer, which goes around the mesh",
    )
    return _traffic(account, region, mesh, counts, direct, 1000, names)


def _balancer(account: str, region: str, group: str) -> str:
    """The CloudWatch name of the load balancer of a target group, such as app/ledger/50dc…; "" for none."""
    rows = reader(account, region, "elbv2").describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
    arns = [arn for entry in rows for arn in entry.get("LoadBalancerArns") or ()]
    return str(arns[0]).partition(":loadbalancer/")[2] if arns else ""


def _traffic(
    account: str, region: str, mesh: list[Metric], counts: list[Metric], direct: list[Metric], factor: float,
    names: tuple[str, str],
) -> Traffic:  # fmt: skip
    """Read all metrics at once; `factor` turns the unit of `direct` into ms. A refusal is told, not raised."""
    end = aligned(datetime.now(tz=UTC), HOUR)
    try:
        series = read(account, region, [*mesh, *counts, *direct], end - DAY, end, HOUR)
    except AwsError as error:
        return Traffic(reason=f"CloudWatch could not be read: {error.code}.")
    through = _mean(series[0], series[1], 1)
    around = _mean(series[4], series[5], factor) if direct else None
    asked = sum(point.value for point in series[2])
    failed = sum(point.value for point in series[3])
    return Traffic(
        requests_s=_figures(asked / DAY.total_seconds()) if series[2] else None,
        error_percent=_figures(100 * failed / asked) if asked else None,
        mesh_ms=through,
        mesh_metric=names[0],
        direct_ms=around,
        direct_metric=names[1] if direct else "",
        reason=_reason(through, around, bool(direct)),
    )


def _mean(sums: Sequence[Point], counts: Sequence[Point], factor: float) -> float | None:
    count = sum(point.value for point in counts)
    return _figures(factor * sum(point.value for point in sums) / count) if count else None


def _figures(value: float) -> float:
    """Two significant figures: noise must not look like a change."""
    return float(f"{value:.2g}")


def _reason(through: float | None, around: float | None, comparable: bool) -> str:
    if through is None:
        return "CloudWatch has no response times of the mesh for the last 24 hours."
    if around is None and comparable:
        return "CloudWatch has no response times of the way around the mesh for the last 24 hours."
    return "" if comparable else "All requests come through the mesh: there is no way around it to compare with."
