"""S3 buckets: versions, public access, encryption, lifecycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.resource import AwsResource, reader, tag_map

PUBLIC_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@dataclass(frozen=True, kw_only=True)
class Bucket(AwsResource):
    """One bucket. `public_access_blocked` is true only when all four blocks are on."""

    versioning: bool
    public_access_blocked: bool
    encryption: str
    lifecycle: bool
    access_logs: bool


def buckets(account: str, region: str) -> list[Bucket]:
    """The buckets that live in the region; S3 lists those of all regions, so each is asked where it is."""
    with aws_errors("s3:ListAllMyBuckets", account, region):
        client = reader(account, region, "s3")
        names = [row["Name"] for row in client.list_buckets()["Buckets"]]
    found: list[Bucket] = []
    for name in names:
        with aws_errors("s3:GetBucketLocation", account, region):
            home = client.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
        if home == region:
            found.append(_bucket(client, name, account, region))
    return found


def _bucket(client: Any, name: str, account: str, region: str) -> Bucket:
    def ask(call: Callable[..., Mapping[str, Any]], action: str) -> Mapping[str, Any]:
        """S3 answers "not found" for a setting that was never made; that is an empty setting."""
        try:
            with aws_errors(f"s3:{action}", account, region):
                return call(Bucket=name)
        except AwsNotFound:
            return {}

    blocks = ask(client.get_public_access_block, "GetBucketPublicAccessBlock").get("PublicAccessBlockConfiguration", {})
    rules = ask(client.get_bucket_encryption, "GetEncryptionConfiguration").get("ServerSideEncryptionConfiguration", {})
    algorithms = [
        rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "") for rule in rules.get("Rules", [])
    ]
    return Bucket(
        name=name,
        arn=f"arn:aws:s3:::{name}",
        account=account,
        region=region,
        tags=tag_map(ask(client.get_bucket_tagging, "GetBucketTagging").get("TagSet")),
        versioning=ask(client.get_bucket_versioning, "GetBucketVersioning").get("Status") == "Enabled",
        public_access_blocked=all(blocks.get(key) for key in PUBLIC_BLOCKS),
        encryption=next(iter(algorithms), ""),
        lifecycle=bool(ask(client.get_bucket_lifecycle_configuration, "GetLifecycleConfiguration").get("Rules")),
        access_logs=bool(ask(client.get_bucket_logging, "GetBucketLogging").get("LoggingEnabled")),
    )
