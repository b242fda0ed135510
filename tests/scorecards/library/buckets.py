"""S3 buckets."""

from __future__ import annotations

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
AGE = {
    "ID": "age", "Status": "Enabled", "Filter": {"Prefix": ""}, "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]
}  # fmt: skip


def bucket(stage: Stage, *, blocked: int = 4, versions: bool = True, ages: bool = True, key: str = "aws:kms") -> None:
    """A bucket with so many of its four blocks on, encrypted with a key of KMS or with that of S3 (AES256)."""
    s3, name = stage.client("s3"), stage.name
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": stage.place.region})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": stage.listed()})
    blocks = {block: number < blocked for number, block in enumerate(BLOCKS)}
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocks)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": key}}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    if versions:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if ages:
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [AGE]})


@passes("services.s3-public-access", "services.s3-versioning", "services.s3-lifecycle", "services.s3-key")
def bucket_kept_well(stage: Stage) -> None:
    bucket(stage)


@fails("services.s3-public-access")
def bucket_with_one_block_off(stage: Stage) -> None:
    bucket(stage, blocked=3)


@fails("services.s3-versioning")
def bucket_without_versions(stage: Stage) -> None:
    bucket(stage, versions=False)


@fails("services.s3-lifecycle")
def bucket_that_keeps_all_for_ever(stage: Stage) -> None:
    bucket(stage, ages=False)


@fails("services.s3-key")
def bucket_under_the_key_of_s3(stage: Stage) -> None:
    bucket(stage, key="AES256")
