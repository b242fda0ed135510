"""S3 buckets: versions, public access, encryption, lifecycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.gaps import detail
from portal.aws.resource import AwsResource, reader, tag_map

PUBLIC_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@dataclass(frozen=True, kw_only=True)
class Bucket(AwsResource):
    """One bucket. `public_access_blocked` is true only when all four blocks are on. What may not be read is None."""

    versioning: bool | None
    public_access_blocked: bool | None
    encryption: str | None
    lifecycle: bool | None
    access_logs: bool | None


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
    def ask(call: Callable[..., Mapping[str, Any]], action: str) -> Mapping[str, Any] | None:
        """S3 answers "not found" for a setting that was never made; that is an empty setting."""
        try:
            return detail(f"s3:{action}", account, region, lambda: call(Bucket=name))
        except AwsNotFound:
            return {}

    blocks = ask(client.get_public_access_block, "GetBucketPublicAccessBlock")
    encryption = ask(client.get_bucket_encryption, "GetEncryptionConfiguration")
    versioning = ask(client.get_bucket_versioning, "GetBucketVersioning")
    lifecycle = ask(client.get_bucket_lifecycle_configuration, "GetLifecycleConfiguration")
    logging = ask(client.get_bucket_logging, "GetBucketLogging")
    return Bucket(
        name=name,
        arn=f"arn:aws:s3:::{name}",
        account=account,
        region=region,
        tags=tag_map((ask(client.get_bucket_tagging, "GetBucketTagging") or {}).get("TagSet")),
        versioning=None if versioning is None else versioning.get("Status") == "Enabled",
        public_access_blocked=None if blocks is None else _all_blocked(blocks),
        encryption=None if encryption is None else _algorithm(encryption),
        lifecycle=None if lifecycle is None else bool(lifecycle.get("Rules")),
        access_logs=None if logging is None else bool(logging.get("LoggingEnabled")),
    )


def _all_blocked(answer: Mapping[str, Any]) -> bool:
    blocks = answer.get("PublicAccessBlockConfiguration") or {}
    return all(blocks.get(key) for key in PUBLIC_BLOCKS)


def _algorithm(answer: Mapping[str, Any]) -> str:
    """AES256 or aws:kms, "" where the bucket has no rule of its own."""
    rules = (answer.get("ServerSideEncryptionConfiguration") or {}).get("Rules", [])
    named = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "") for rule in rules]
    return next(iter(named), "")
