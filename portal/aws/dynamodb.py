"""DynamoDB tables with their backups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader
from portal.aws.scalable import Scaled, scaled


@dataclass(frozen=True, kw_only=True)
class Table(AwsResource):
    """One table. Capacities are units a second and 0 when the table is billed per request.

    `scales` where reads and writes follow the load: billed per request, or both moved by Application Auto Scaling.
    """

    billing_mode: str
    read_capacity: int
    write_capacity: int
    point_in_time_recovery: bool | None
    deletion_protection: bool
    encryption: str
    table_class: str
    indexes: int
    replicas: tuple[str, ...]
    streams: bool
    scales: bool | None = None


def tables(account: str, region: str) -> list[Table]:
    """All tables of the account and region, two calls a table."""
    with aws_errors("dynamodb:DescribeTable", account, region):
        client = reader(account, region, "dynamodb")
        names = [str(name) for name in pages(client, "list_tables", "TableNames")]
        moved = scaled(account, region, "dynamodb") if names else None
        return [_table(client, name, account, region, moved) for name in names]


def _recovery(client: Any, name: str) -> bool:
    answer = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    state: Mapping[str, Any] = answer.get("PointInTimeRecoveryDescription") or {}
    return state.get("PointInTimeRecoveryStatus") == "ENABLED"


def _scales(name: str, billing: str, moved: Scaled | None) -> bool | None:
    if billing == "PAY_PER_REQUEST":
        return True
    wanted = {(f"table/{name}", f"dynamodb:table:{kind}CapacityUnits") for kind in ("Read", "Write")}
    return None if moved is None else wanted <= moved


def _table(client: Any, name: str, account: str, region: str, moved: Scaled | None) -> Table:
    row = client.describe_table(TableName=name)["Table"]
    throughput = row.get("ProvisionedThroughput") or {}
    billing = (row.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    return Table(
        name=name,
        arn=row["TableArn"],
        account=account,
        region=region,
        billing_mode=billing,
        read_capacity=throughput.get("ReadCapacityUnits", 0),
        write_capacity=throughput.get("WriteCapacityUnits", 0),
        point_in_time_recovery=detail(
            "dynamodb:DescribeContinuousBackups", account, region, lambda: _recovery(client, name)
        ),
        deletion_protection=bool(row.get("DeletionProtectionEnabled")),
        encryption=(row.get("SSEDescription") or {}).get("SSEType", "AWS_OWNED"),
        table_class=(row.get("TableClassSummary") or {}).get("TableClass", "STANDARD"),
        indexes=len(row.get("GlobalSecondaryIndexes") or []),
        replicas=tuple(sorted(entry["RegionName"] for entry in row.get("Replicas") or [])),
        streams=bool((row.get("StreamSpecification") or {}).get("StreamEnabled")),
        scales=_scales(name, billing, moved),
    )
