"""GetResources over everything that is tagged, also what moto's inventory leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import make_tag_matcher, match_resource_type

from portal.sandbox.inventory import Tagged, remembered, tagged
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

DEFAULT_PAGE = 50


def _all(state: State, context: Context) -> Iterator[Tagged]:
    yield from tagged(context.account, context.region)
    yield from (one for one in remembered(state, context.account, context.region) if one.tags)


@handles("resourcegroupstaggingapi", "GetResources")
def get_resources(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Tagged resources of one account and region, sorted by ARN; the token is the last ARN of the page before."""
    page = int(params.get("ResourcesPerPage") or DEFAULT_PAGE)
    if not 1 <= page <= 100:
        raise Refused("InvalidParameterException", "ResourcesPerPage must be between 1 and 100.")
    after, arns = params.get("PaginationToken") or "", params.get("ResourceARNList") or []
    fits = make_tag_matcher(params.get("TagFilters"))
    found = sorted(
        (
            resource
            for resource in _all(state, context)
            if match_resource_type(resource.type, params.get("ResourceTypeFilters"))
            and fits(resource.tags)
            and (not arns or resource.arn in arns)
            and resource.arn > after
        ),
        key=lambda resource: resource.arn,
    )
    listed = [
        {"ResourceARN": one.arn, "Tags": [{"Key": key, "Value": value} for key, value in sorted(one.tags.items())]}
        for one in found[:page]
    ]
    return {"ResourceTagMappingList": listed, "PaginationToken": found[page - 1].arn if len(found) > page else ""}
