"""The managed AWS Config rules that the sandbox can judge, each a function over moto's state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from moto.s3.models import s3_backends

from .backends import backend
from .inventory import tagged


@dataclass(frozen=True)
class Verdict:
    """Whether one resource keeps a rule; `reason` says why not."""

    type: str
    id: str
    compliant: bool
    reason: str = ""


def judge(identifier: str, account: str, region: str) -> list[Verdict]:
    """Verdicts of a managed rule, sorted by resource; an unknown rule has none."""
    rule = _RULES.get(identifier)
    return sorted(rule(account, region), key=lambda verdict: (verdict.type, verdict.id)) if rule else []


def _public_access(account: str, region: str) -> Iterator[Verdict]:
    for bucket in s3_backends[account]["aws"].buckets.values():
        if bucket.region_name == region:
            block = bucket.public_access_block
            ok = block is not None and all(
                str(flag).lower() == "true"
                for flag in (
                    block.block_public_acls,
                    block.ignore_public_acls,
                    block.block_public_policy,
                    block.restrict_public_buckets,
                )
            )
            yield Verdict("AWS::S3::Bucket", bucket.name, ok, "" if ok else "Public access is not blocked.")


def _encrypted(account: str, region: str) -> Iterator[Verdict]:
    for database in backend("rds", account, region).databases.values():
        ok = bool(database.storage_encrypted)
        yield Verdict(
            "AWS::RDS::DBInstance", database.db_instance_identifier, ok, "" if ok else "The storage is not encrypted."
        )


def _multi_zone(account: str, region: str) -> Iterator[Verdict]:
    for database in backend("rds", account, region).databases.values():
        if not database.db_cluster_identifier:
            ok = bool(database.multi_az)
            yield Verdict(
                "AWS::RDS::DBInstance",
                database.db_instance_identifier,
                ok,
                "" if ok else "The instance runs in one zone only.",
            )


def _recovery(account: str, region: str) -> Iterator[Verdict]:
    for table in backend("dynamodb", account, region).tables.values():
        backups = table.continuous_backups["PointInTimeRecoveryDescription"]
        ok = backups["PointInTimeRecoveryStatus"] == "ENABLED"
        yield Verdict("AWS::DynamoDB::Table", table.name, ok, "" if ok else "Point-in-time recovery is off.")


_TAGGED_TYPES = {
    "lambda:function": "AWS::Lambda::Function",
    "dynamodb:table": "AWS::DynamoDB::Table",
    "rds:db": "AWS::RDS::DBInstance",
    "s3": "AWS::S3::Bucket",
}


def _tags(account: str, region: str) -> Iterator[Verdict]:
    for resource in tagged(account, region):
        kind = _TAGGED_TYPES.get("s3" if resource.type.startswith("s3") else resource.type)
        if kind:
            missing = [key for key in ("service", "owner") if key not in resource.tags]
            name = resource.arn.split(":")[-1].split("/")[-1]
            yield Verdict(kind, name, not missing, f"Missing tags: {', '.join(missing)}." if missing else "")


_RULES: dict[str, Callable[[str, str], Iterator[Verdict]]] = {
    "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED": _public_access,
    "RDS_STORAGE_ENCRYPTED": _encrypted,
    "RDS_MULTI_AZ_SUPPORT": _multi_zone,
    "DYNAMODB_PITR_ENABLED": _recovery,
    "REQUIRED_TAGS": _tags,
}
