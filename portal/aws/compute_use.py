"""How busy the machines of a place are: the processors of its Auto Scaling groups over the last fourteen days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.aws.cloudwatch import aligned
from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map
from portal.aws.utilisation import HOUR, group_cpu

WINDOW = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class ComputeUse(AwsResource):
    """One group. CPU in percent over all hours that have a value; None where CloudWatch has none."""

    cpu_percent: float | None
    busiest_hour_percent: float | None


def use(account: str, region: str) -> list[ComputeUse]:
    """The use of all Auto Scaling groups, one read of metrics for all of them. Raises AwsError."""
    with aws_errors("autoscaling:DescribeAutoScalingGroups", account, region):
        client = reader(account, region, "autoscaling")
        rows = list(pages(client, "describe_auto_scaling_groups", "AutoScalingGroups"))
    end = aligned(datetime.now(tz=UTC), HOUR)
    used = group_cpu(account, region, [row["AutoScalingGroupName"] for row in rows], end - WINDOW, end)
    return [
        ComputeUse(
            name=row["AutoScalingGroupName"],
            arn=row["AutoScalingGroupARN"],
            account=account,
            region=region,
            tags=tag_map(row.get("Tags")),
            cpu_percent=_figure(used[row["AutoScalingGroupName"]].mean),
            busiest_hour_percent=_figure(used[row["AutoScalingGroupName"]].quantile(1.0)),
        )
        for row in rows
    ]


def _figure(value: float | None) -> float | None:
    """Two significant figures, so that the fact does not change with every reading."""
    return None if value is None else float(f"{value:.2g}")
