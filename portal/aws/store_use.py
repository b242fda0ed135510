"""How much the tables and databases of a place are used: the last 24 whole hours, to two figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.aws.cloudwatch import Metric, Point, aligned, read
from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map

HOUR = 3600
DAY = timedelta(days=1)
TABLE, INSTANCE = ("AWS/DynamoDB", "TableName"), ("AWS/RDS", "DBInstanceIdentifier")
WANTED = (
    (TABLE, "reads_s", "ConsumedReadCapacityUnits", "Sum"), (TABLE, "writes_s", "ConsumedWriteCapacityUnits", "Sum"),
    (TABLE, "throttled_reads", "ReadThrottleEvents", "Sum"), (TABLE, "throttled_writes", "WriteThrottleEvents", "Sum"),
    (INSTANCE, "cpu_percent", "CPUUtilization", "Average"), (INSTANCE, "connections", "DatabaseConnections", "Average"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StoreUse(AwsResource):
    """One table or database instance. Rates are capacity units a second; None where CloudWatch has no data."""

    store: str
    reads_s: float | None = None
    writes_s: float | None = None
    throttled: float | None = None
    cpu_percent: float | None = None
    connections: float | None = None


def use(account: str, region: str) -> list[StoreUse]:
    """The use of all DynamoDB tables and RDS instances; what is idle or new has no figures. Raises AwsError."""
    found = [*_tables(account, region), *_instances(account, region)]
    wanted = [(row, field, stat, Metric(space, metric, {key: row.name}, stat))
              for row in found for (space, key), field, metric, stat in WANTED
              if (row.store == "dynamodb") == (space == TABLE[0])]  # fmt: skip
    end = aligned(datetime.now(tz=UTC), HOUR)
    series = read(account, region, [metric for *_, metric in wanted], end - DAY, end, HOUR) if wanted else []
    figures: dict[str, dict[str, float]] = {}
    for (row, field, stat, _), points in zip(wanted, series, strict=True):
        if points:
            figures.setdefault(row.arn, {})[field] = _figure(points, stat, rate=field.endswith("_s"))
    return [_with(row, figures.get(row.arn, {})) for row in found]


def _tables(account: str, region: str) -> Iterator[StoreUse]:
    with aws_errors("dynamodb:ListTables", account, region):
        for name in pages(reader(account, region, "dynamodb"), "list_tables", "TableNames"):
            arn = f"arn:aws:dynamodb:{region}:{account}:table/{name}"
            yield StoreUse(name=str(name), arn=arn, account=account, region=region, store="dynamodb")


def _instances(account: str, region: str) -> Iterator[StoreUse]:
    with aws_errors("rds:DescribeDBInstances", account, region):
        for row in pages(reader(account, region, "rds"), "describe_db_instances", "DBInstances"):
            yield StoreUse(
                name=row["DBInstanceIdentifier"], arn=row["DBInstanceArn"], account=account, region=region,
                tags=tag_map(row.get("TagList")), store=row["Engine"],
            )  # fmt: skip


def _figure(points: Sequence[Point], stat: str, *, rate: bool) -> float:
    """A mean per second for a rate, the sum of events, or the mean of hourly means; two significant figures."""
    total = sum(point.value for point in points)
    value = total / DAY.total_seconds() if rate else total if stat == "Sum" else total / len(points)
    return float(f"{value:.2g}")


def _with(row: StoreUse, figures: Mapping[str, float]) -> StoreUse:
    throttles = [figures[name] for name in ("throttled_reads", "throttled_writes") if name in figures]
    own: dict[str, Any] = {name: value for name, value in figures.items() if not name.startswith("throttled")}
    return StoreUse(
        name=row.name, arn=row.arn, account=row.account, region=row.region, tags=row.tags, store=row.store,
        throttled=sum(throttles) if throttles else None, **own,
    )  # fmt: skip
