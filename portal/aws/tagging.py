"""Inventory by tags: the Resource Groups Tagging API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.resource import reader, tag_map


@dataclass(frozen=True)
class TaggedResource:
    """An ARN with all its tags."""

    arn: str
    tags: Mapping[str, str]


def resources(account: str, region: str) -> list[TaggedResource]:
    """Every resource of the account and region that has, or once had, a tag.

    Pages are smaller than asked for when the resources carry many tags, so only the token says when it is over.
    """
    found: list[TaggedResource] = []
    token = ""
    with aws_errors("tag:GetResources", account, region):
        client = reader(account, region, "resourcegroupstaggingapi")
        while True:
            page = client.get_resources(ResourcesPerPage=100, PaginationToken=token)
            found += [
                TaggedResource(row["ResourceARN"], tag_map(row.get("Tags"))) for row in page["ResourceTagMappingList"]
            ]
            token = page.get("PaginationToken", "")
            if not token:
                return found
