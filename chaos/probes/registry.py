"""The registry of probe sources, and the shape that each of them fills."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from chaos.engine import sources as shapes
from chaos.engine.hypothesis import Probe, Reading
from chaos.engine.shape import Invalid
from portal.aws.accounts import accounts
from portal.plugins import Registry

S = TypeVar("S", bound=shapes.Source)
ROUND_SECONDS = 8.0
"""How long the web may keep one round of measurements waiting: less than a worker's lease, so that it is not lost."""


@dataclass(frozen=True)
class Asked:
    """What one round of measurements looks at.

    `where` is the place of the run's first fault (keys account and region, or neither). Data from before `since` tell of
    another stage of the run. `before` is when the fault went in: None while there is none.
    """

    where: Mapping[str, str]
    now: datetime
    since: datetime | None = None
    before: datetime | None = None
    until: float = field(default_factory=lambda: time.monotonic() + ROUND_SECONDS)

    def start(self, window: int) -> datetime:
        """The begin of a window of so many seconds, but not before `since`."""
        start = self.now - timedelta(seconds=window)
        return max(start, self.since) if self.since else start

    def patience(self, wanted: float) -> float:
        """How many of the `wanted` seconds are left of the round; at least a tenth, so that a late probe is tried."""
        return max(0.1, min(wanted, self.until - time.monotonic()))


@dataclass(frozen=True)
class ProbeSource(Generic[S]):
    """One source. `shape` is its dataclass in `chaos.engine.sources`.

    `read(probe, source, asked)` may raise AwsError, OutboundError or PrometheusError, which become unknown readings. `check(source, where, field)`
    raises Invalid for what the portal as it is set up will never be able to read; it asks nobody.
    """

    key: str
    title: str
    shape: type[S]
    read: Callable[[Probe, S, Asked], Reading]
    check: Callable[[S, Mapping[str, str], str], None]
    order: int = 100


sources: Registry[ProbeSource[Any]] = Registry("probe sources")


def check_place(place: shapes.Place, where: Mapping[str, str], field: str) -> None:
    """Raise Invalid unless the place, or else that of the first fault, is one where the portal works."""
    account, region = place.account or where.get("account", ""), place.region or where.get("region", "")
    if not account:
        raise Invalid(f"{field}.account", "Name account and region: no fault of this experiment has them.")
    known = {one.account_id: one.regions for one in accounts()}
    if account not in known:
        raise Invalid(f"{field}.account", f"Unknown account. Known accounts: {', '.join(sorted(known)) or 'none'}.")
    if region not in known[account]:
        message = f"The portal does not work in this region. Its regions: {', '.join(known[account])}."
        raise Invalid(f"{field}.region", message)


def resolved(place: shapes.Place, where: Mapping[str, str]) -> tuple[str, str] | None:
    """Account and region to read in; None where neither the probe nor a fault names them."""
    account, region = place.account or where.get("account", ""), place.region or where.get("region", "")
    return (account, region) if account and region else None
