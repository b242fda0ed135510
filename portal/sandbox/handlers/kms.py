"""Whose a key is: moto calls those that AWS makes for its own services the customer's."""

from __future__ import annotations

from typing import Any

from portal.sandbox.backends import backend
from portal.sandbox.registry import Context, handles
from portal.sandbox.state import State

RESERVED = "alias/aws/"


@handles("kms", "DescribeKey")
def describe_key(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's answer; a key with an alias of AWS belongs to AWS."""
    key = context.forward()["KeyMetadata"]
    aliases = backend("kms", context.account, context.region).keys[key["KeyId"]].aliases
    owner = "AWS" if any(str(name).startswith(RESERVED) for name in aliases) else key["KeyManager"]
    return {"KeyMetadata": {**key, "KeyManager": owner}}
