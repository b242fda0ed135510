"""Inventory by tags: the Resource Groups Tagging API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.resource import reader, tag_map


@dataclass(frozen=True)
class TaggedResource:
    """An ARN with all its tags."""

    arn: str
    tags: Mapping[str, str]


def resources(account: str, region: str) -> list[TaggedResource]:
    """Every resource of the account and region that has, or once had, a tag."""
    return _read(account, region)


def matching(account: str, region: str, kind: str, tags: Mapping[str, str]) -> list[TaggedResource]:
    """Resources of one kind, such as `ec2:instance`, that carry all these tags. Raises AwsError."""
    filters = [{"Key": key, "Values": [value]} for key, value in tags.items()]
    return _read(account, region, ResourceTypeFilters=[kind], TagFilters=filters)


def of_arns(account: str, region: str, arns: Sequence[str]) -> list[TaggedResource]:
    """The tags of these resources, at most 100; those without any tag are absent. Raises AwsError."""
    with aws_errors("tag:GetResources", account, region):
        page = reader(account, region, "resourcegroupstaggingapi").get_resources(ResourceARNList=list(arns[:100]))
    return [TaggedResource(row["ResourceARN"], tag_map(row.get("Tags"))) for row in page["ResourceTagMappingList"]]


def _read(account: str, region: str, **wanted: Any) -> list[TaggedResource]:
    """Pages are smaller than asked for when the resources carry many tags, so only the token says when it is over."""
    found: list[TaggedResource] = []
    token = ""
    with aws_errors("tag:GetResources", account, region):
        client = reader(account, region, "resourcegroupstaggingapi")
        while True:
            page = client.get_resources(ResourcesPerPage=100, PaginationToken=token, **wanted)
            found += [
                TaggedResource(row["ResourceARN"], tag_map(row.get("Tags"))) for row in page["ResourceTagMappingList"]
            ]
            token = page.get("PaginationToken", "")
            if not token:
                return found
