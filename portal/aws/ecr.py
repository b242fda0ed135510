"""Repositories of container images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class Repository(AwsResource):
    """One repository; `immutable` where a tag, once given, always means the same image."""

    scan_on_push: bool
    immutable: bool


def repositories(account: str, region: str) -> list[Repository]:
    """All repositories of the account and region, one more call each for their tags."""
    with aws_errors("ecr:DescribeRepositories", account, region):
        client = reader(account, region, "ecr")
        rows = list(pages(client, "describe_repositories", "repositories"))
        return [_repository(client, row, account, region) for row in rows]


def _repository(client: Any, row: Mapping[str, Any], account: str, region: str) -> Repository:
    arn = row["repositoryArn"]
    tags = detail("ecr:ListTagsForResource", account, region, lambda: client.list_tags_for_resource(resourceArn=arn))
    return Repository(
        name=row["repositoryName"],
        arn=arn,
        account=account,
        region=region,
        tags=tag_map((tags or {}).get("tags")),
        scan_on_push=bool((row.get("imageScanningConfiguration") or {}).get("scanOnPush")),
        immutable=row.get("imageTagMutability", "").startswith("IMMUTABLE"),
    )
