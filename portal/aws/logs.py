"""CloudWatch log groups."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class LogGroup(AwsResource):
    """One log group. Retention in days, 0 when the logs are kept for ever."""

    retention_days: int
    encrypted: bool


def log_groups(account: str, region: str) -> list[LogGroup]:
    """All log groups of the account and region."""
    with aws_errors("logs:DescribeLogGroups", account, region):
        return [
            LogGroup(
                name=row["logGroupName"],
                arn=row["arn"].removesuffix(":*"),
                account=account,
                region=region,
                retention_days=row.get("retentionInDays") or 0,
                encrypted=bool(row.get("kmsKeyId")),
            )
            for row in pages(reader(account, region, "logs"), "describe_log_groups", "logGroups")
        ]
