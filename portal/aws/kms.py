"""KMS keys that belong to the account; those that AWS keeps for its own services are its own affair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader

ROTATABLE = "SYMMETRIC_DEFAULT"


@dataclass(frozen=True, kw_only=True)
class Key(AwsResource):
    """One key. `rotates` is None where it may not be read, or where AWS cannot rotate a key of this kind."""

    spec: str
    rotates: bool | None


def keys(account: str, region: str) -> list[Key]:
    """All enabled keys of the account's own in the region, up to three calls a key."""
    with aws_errors("kms:DescribeKey", account, region):
        client = reader(account, region, "kms")
        ids = [row["KeyId"] for row in pages(client, "list_keys", "Keys")]
        found = [_key(client, key_id, account, region) for key_id in ids]
    return [key for key in found if key is not None]


def _key(client: Any, key_id: str, account: str, region: str) -> Key | None:
    row = client.describe_key(KeyId=key_id)["KeyMetadata"]
    if row.get("KeyManager") != "CUSTOMER" or row.get("KeyState") != "Enabled":
        return None
    tags = detail("kms:ListResourceTags", account, region, lambda: _tags(client, key_id)) or {}
    spec = row.get("KeySpec", "")
    rotates = detail("kms:GetKeyRotationStatus", account, region, lambda: _rotates(client, key_id))
    return Key(
        name=row.get("Description") or key_id, arn=row["Arn"], account=account, region=region, tags=tags, spec=spec,
        rotates=rotates if spec == ROTATABLE else None,
    )  # fmt: skip


def _tags(client: Any, key_id: str) -> dict[str, str]:
    return {row["TagKey"]: row["TagValue"] for row in pages(client, "list_resource_tags", "Tags", KeyId=key_id)}


def _rotates(client: Any, key_id: str) -> bool:
    return bool(client.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"])
