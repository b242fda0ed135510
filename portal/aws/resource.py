"""What every discovered AWS resource has in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.aws import session


@dataclass(frozen=True, kw_only=True)
class AwsResource:
    """One resource of one account and region; `tags` is empty when the list call does not return them."""

    name: str
    arn: str
    account: str
    region: str
    tags: Mapping[str, str] = field(default_factory=dict)


def reader(account: str, region: str, service: str) -> Any:
    """A client with the read role of the account, used by discovery."""
    return session.client(account, region, service, role="read", purpose="discovery")


def tag_map(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """AWS writes tags as a list of pairs, with `Key`/`Value` or `key`/`value`; this is the same as a dict."""
    return {tag.get("Key", tag.get("key", "")): tag.get("Value", tag.get("value", "")) for tag in tags or ()}
