"""Where EC2 instances are."""

from __future__ import annotations

from collections.abc import Sequence

from portal.aws import session
from portal.aws.errors import aws_errors

AT_ONCE = 200


def zones(account: str, region: str, ids: Sequence[str]) -> dict[str, str]:
    """Availability zone by instance id; ids that are gone are left out. Raises AwsError."""
    found: dict[str, str] = {}
    with aws_errors("ec2:DescribeInstances", account, region):
        for start in range(0, len(ids), AT_ONCE):
            client = session.client(account, region, "ec2", role="read", purpose="rollout")
            # A filter, unlike InstanceIds, is no error where one of them is gone.
            wanted = [{"Name": "instance-id", "Values": list(ids[start : start + AT_ONCE])}]
            for reservation in client.describe_instances(Filters=wanted)["Reservations"]:
                found |= {row["InstanceId"]: row["Placement"]["AvailabilityZone"] for row in reservation["Instances"]}
    return found
