"""Secrets of Secrets Manager: that they are there and whether they change, never what they are."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class Secret(AwsResource):
    """One secret; `every_days` is how often it is to change, 0 where nothing changes it."""

    rotates: bool
    every_days: int


def secrets(account: str, region: str) -> list[Secret]:
    """All secrets of the account and region that are not about to be deleted."""
    with aws_errors("secretsmanager:ListSecrets", account, region):
        return [
            Secret(
                name=row["Name"],
                arn=row["ARN"],
                account=account,
                region=region,
                tags=tag_map(row.get("Tags")),
                rotates=bool(row.get("RotationEnabled")),
                every_days=int((row.get("RotationRules") or {}).get("AutomaticallyAfterDays") or 0),
            )
            for row in pages(reader(account, region, "secretsmanager"), "list_secrets", "SecretList")
            if not row.get("DeletedDate")
        ]
