"""Aurora DSQL clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class Cluster(AwsResource):
    """One cluster; its name is the tag Name where it has one. `multi_region` when it has peers elsewhere."""

    status: str
    deletion_protection: bool
    multi_region: bool


def clusters(account: str, region: str) -> list[Cluster]:
    """All clusters of the account and region, one more call each."""
    with aws_errors("dsql:ListClusters", account, region):
        client = reader(account, region, "dsql")
        return [
            _cluster(client, row["identifier"], account, region) for row in pages(client, "list_clusters", "clusters")
        ]


def _cluster(client: Any, identifier: str, account: str, region: str) -> Cluster:
    row = client.get_cluster(identifier=identifier)
    tags = dict(row.get("tags") or {})
    return Cluster(
        name=tags.get("Name", identifier),
        arn=row["arn"],
        account=account,
        region=region,
        tags=tags,
        status=row["status"],
        deletion_protection=bool(row["deletionProtectionEnabled"]),
        multi_region=bool((row.get("multiRegionProperties") or {}).get("clusters")),
    )
