"""VPCs, and whether somebody writes down who talks to whom in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class Vpc(AwsResource):
    """One VPC; `flow_logs` where an active flow log covers the whole of it, None where that may not be read."""

    vpc_id: str
    default: bool
    flow_logs: bool | None


def vpcs(account: str, region: str) -> list[Vpc]:
    """All VPCs of the account and region."""
    with aws_errors("ec2:DescribeVpcs", account, region):
        client = reader(account, region, "ec2")
        rows = list(pages(client, "describe_vpcs", "Vpcs"))
        logged = detail("ec2:DescribeFlowLogs", account, region, lambda: _logged(client)) if rows else set()
        return [_vpc(row, logged, account, region) for row in rows]


def _logged(client: Any) -> set[str]:
    """Ids of what an active flow log covers."""
    rows = pages(client, "describe_flow_logs", "FlowLogs")
    return {row["ResourceId"] for row in rows if row.get("FlowLogStatus") == "ACTIVE"}


def _vpc(row: Mapping[str, Any], logged: set[str] | None, account: str, region: str) -> Vpc:
    tags, vpc_id = tag_map(row.get("Tags")), row["VpcId"]
    return Vpc(
        name=tags.get("Name") or vpc_id,
        arn=f"arn:aws:ec2:{region}:{account}:vpc/{vpc_id}",
        account=account,
        region=region,
        tags=tags,
        vpc_id=vpc_id,
        default=bool(row.get("IsDefault")),
        flow_logs=None if logged is None else vpc_id in logged,
    )
