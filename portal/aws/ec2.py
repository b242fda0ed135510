"""EC2 instances."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map

GONE = {"terminated", "shutting-down"}


@dataclass(frozen=True, kw_only=True)
class Instance(AwsResource):
    """One instance that still exists; `http_tokens` is "required" where only IMDSv2 answers."""

    instance_id: str
    instance_type: str
    state: str
    zone: str
    spot: bool
    http_tokens: str
    public: bool
    group: str


def instances(account: str, region: str) -> list[Instance]:
    """All instances of the account and region that are not terminated."""
    found: list[Instance] = []
    with aws_errors("ec2:DescribeInstances", account, region):
        for reservation in pages(reader(account, region, "ec2"), "describe_instances", "Reservations"):
            for row in reservation["Instances"]:
                if row["State"]["Name"] in GONE:
                    continue
                tags = tag_map(row.get("Tags"))
                found.append(
                    Instance(
                        name=tags.get("Name") or row["InstanceId"],
                        arn=f"arn:aws:ec2:{region}:{account}:instance/{row['InstanceId']}",
                        account=account,
                        region=region,
                        tags=tags,
                        instance_id=row["InstanceId"],
                        instance_type=row["InstanceType"],
                        state=row["State"]["Name"],
                        zone=row.get("Placement", {}).get("AvailabilityZone", ""),
                        spot=row.get("InstanceLifecycle") == "spot",
                        http_tokens=(row.get("MetadataOptions") or {}).get("HttpTokens", "optional"),
                        public=bool(row.get("PublicIpAddress")),
                        group=tags.get("aws:autoscaling:groupName", ""),
                    )
                )
    return found
