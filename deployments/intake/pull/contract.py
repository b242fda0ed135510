"""What a source of deployments in AWS is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deployments.intake.record import Record


@dataclass(frozen=True)
class Place:
    """One account and region; `since` is where to read from, `seen` what the source left there at its last look."""

    account: str
    region: str
    since: datetime
    now: datetime
    seen: Mapping[str, Any] = field(default_factory=dict)
    last: datetime | None = None


@dataclass(frozen=True)
class Look:
    """What one look has found, and what to remember for the next."""

    records: list[Record]
    seen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A service of AWS that deploys. `read` makes the AWS calls and raises AwsError; `every` is in seconds.

    `explained` may say that a record is told by another source already.
    """

    key: str
    every: int
    read: Callable[[Place], Look]
    explained: Callable[[Record, int, Place], bool] = lambda record, service, place: False
