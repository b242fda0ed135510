"""What goes wrong with a local fault, in the family that armed changes know how to retry."""

from __future__ import annotations

from portal.aws.errors import AwsError

PLACE = {"account": "local", "region": "here"}
"""Where a local fault is: targets of changes name an account and a region."""


class LocalFaultError(AwsError):
    """The proxy or the namespace did not do what was asked."""

    remedy = "Look whether it runs; it is tried again."

    def __init__(self, action: str, code: str, message: str) -> None:
        super().__init__(action, PLACE["account"], PLACE["region"], code, message.rstrip("."))
