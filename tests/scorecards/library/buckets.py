"""S3 buckets."""

from __future__ import annotations

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
AGE = {
    "ID": "age", "Status": "Enabled", "Filter": {"Prefix": ""}, "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]
}  # fmt: skip


def bucket(stage: Stage, *, blocked: int = 4, versions: bool = True, ages: bool = True) -> None:
    """A bucket with so many of its four blocks on."""
    s3, name = stage.client("s3"), stage.name
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": stage.place.region})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": stage.listed()})
    blocks = {block: number < blocked for number, block in enumerate(BLOCKS)}
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocks)
    if versions:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if ages:
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [AGE]})


@passes("services.s3-public-access", "services.s3-versioning", "services.s3-lifecycle")
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
