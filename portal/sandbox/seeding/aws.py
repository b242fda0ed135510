"""The seeding's way to AWS: boto3 clients by account and region, and the table of seeders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from portal.sandbox.parts import Part, Service

_CONFIG = Config(
    connect_timeout=3, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 2}, max_pool_connections=4
)


@dataclass
class Aws:
    """Clients of one sandbox, kept for reuse: making one costs more than most calls."""

    url: str
    session: boto3.Session = field(
        default_factory=lambda: boto3.Session(aws_access_key_id="SANDBOXSEEDINGKEY000", aws_secret_access_key="-")
    )
    clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def client(self, account: str, region: str, name: str) -> Any:
        """A boto3 client that acts inside an account."""
        key = (account, region, name)
        if key not in self.clients:
            client = self.session.client(name, region_name=region, endpoint_url=self.url, config=_CONFIG)  # type: ignore[call-overload]
            client.meta.events.register("before-sign", partial(_act_in, account))
            self.clients[key] = client
        return self.clients[key]


def _act_in(account: str, request: Any, **_: Any) -> None:
    request.headers["x-moto-account-id"] = account


@dataclass(frozen=True)
class Place:
    """One account and region of one sandbox."""

    aws: Aws
    account: str
    region: str

    def client(self, name: str) -> Any:
        """A boto3 client for this account and region."""
        return self.aws.client(self.account, self.region, name)

    def arn(self, service: str, resource: str) -> str:
        """ARN of a resource of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def role(self, name: str) -> str:
        """ARN of an IAM role of this account."""
        return f"arn:aws:iam::{self.account}:role/{name}"

    def zones(self, letters: str) -> list[str]:
        """Zone names of this region, e.g. "ab" -> eu-west-1a, eu-west-1b."""
        return [self.region + letter for letter in letters]


def ensure(call: Callable[[], Any], *present: str) -> None:
    """Create something that may be there already; `present` are the error codes that say so."""
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] not in present:
            raise


def pairs(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as the list form that most services take; a few spell it with small letters."""
    return [{key: name, value: text} for name, text in tags.items()]


PartType = TypeVar("PartType", bound=Part)
SEEDERS: dict[type, Callable[[Place, Service, Any], None]] = {}


def seeds(
    kind: type[PartType],
) -> Callable[[Callable[[Place, Service, PartType], None]], Callable[[Place, Service, PartType], None]]:
    """Register the function that creates a kind of part."""

    def register(function: Callable[[Place, Service, PartType], None]) -> Callable[[Place, Service, PartType], None]:
        SEEDERS[kind] = function
        return function

    return register
