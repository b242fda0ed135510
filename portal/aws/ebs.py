"""EBS volumes."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class Volume(AwsResource):
    """One volume; `attached` while an instance has it."""

    volume_type: str
    size_gb: int
    encrypted: bool
    attached: bool


def volumes(account: str, region: str) -> list[Volume]:
    """All volumes of the account and region."""
    with aws_errors("ec2:DescribeVolumes", account, region):
        return [
            Volume(
                name=tag_map(row.get("Tags")).get("Name") or row["VolumeId"],
                arn=f"arn:aws:ec2:{region}:{account}:volume/{row['VolumeId']}",
                account=account,
                region=region,
                tags=tag_map(row.get("Tags")),
                volume_type=row.get("VolumeType", ""),
                size_gb=row.get("Size", 0),
                encrypted=bool(row.get("Encrypted")),
                attached=bool(row.get("Attachments")),
            )
            for row in pages(reader(account, region, "ec2"), "describe_volumes", "Volumes")
        ]
