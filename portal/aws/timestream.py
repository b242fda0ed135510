"""Timestream for LiveAnalytics databases: closed to new customers since 20 June 2025."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class Database(AwsResource):
    """One database with how many tables it has."""

    tables: int


def databases(account: str, region: str) -> list[Database]:
    """All databases of the account and region; AWS offers the service in a few regions only."""
    with aws_errors("timestream:ListDatabases", account, region):
        client = reader(account, region, "timestream-write")
        return [
            Database(
                name=row["DatabaseName"],
                arn=row["Arn"],
                account=account,
                region=region,
                tags=tag_map(client.list_tags_for_resource(ResourceARN=row["Arn"]).get("Tags")),
                tables=row.get("TableCount", 0),
            )
            for row in pages(client, "list_databases", "Databases")
        ]
