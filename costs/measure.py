"""Reads from AWS what the reviewed resources used over the window; what an account denies is kept as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from costs.engine.spot import SpotMarket, market
from costs.inventory import ServiceInventory, places
from portal.aws import spot, utilisation
from portal.aws.errors import AwsError
from portal.aws.utilisation import FunctionUse, HitUse, LookupUse, TableUse, Usage

T = TypeVar("T")
Key = tuple[str, str, str]
SPOT_WINDOW = timedelta(days=30)
LOOKUPS = "colonnade/lookup-metrics"
"""Annotation naming the namespace in which a service counts Lookups and Misses; default: its name in title case."""


@dataclass
class Readings:
    """Measured use by (account, region, name).

    `missing` holds one sentence for each part that could not be read, `denied` the first of them by place.
    """

    cpu: dict[Key, Usage] = field(default_factory=dict)
    tables: dict[Key, TableUse] = field(default_factory=dict)
    caches: dict[Key, HitUse] = field(default_factory=dict)
    functions: dict[Key, FunctionUse] = field(default_factory=dict)
    lookups: dict[Key, LookupUse] = field(default_factory=dict)
    markets: dict[Key, SpotMarket] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    denied: dict[tuple[str, str], str] = field(default_factory=dict)


def read(found: Sequence[ServiceInventory], start: datetime, end: datetime) -> Readings:
    """All use that the detectors and estimates need, in a few calls for each account and region."""
    readings = Readings()
    for account, region in places(found):
        _Place(account, region, start, end, readings).read(found)
    return readings


@dataclass(frozen=True)
class _Place:
    account: str
    region: str
    start: datetime
    end: datetime
    readings: Readings

    def read(self, found: Sequence[ServiceInventory]) -> None:
        window = (self.start, self.end)
        where = (self.account, self.region)
        groups, tables = self._names(found, "asg"), self._names(found, "dynamodb")
        caches, functions = self._names(found, "elasticache"), self._names(found, "lambda")
        self._keep(self.readings.cpu, "CPU use", lambda: utilisation.group_cpu(*where, groups, *window))
        self._keep(self.readings.tables, "table use", lambda: utilisation.table_use(*where, tables, *window))
        self._keep(self.readings.caches, "cache hits", lambda: utilisation.cache_use(*where, caches, *window))
        self._keep(
            self.readings.functions, "function use", lambda: utilisation.function_use(*where, functions, *window)
        )
        spaces = self._spaces(found)
        self._keep(self.readings.lookups, "look-ups", lambda: utilisation.lookup_use(*where, spaces, *window))
        types = self._types(found)
        self._keep(self.readings.markets, "spot prices", lambda: self._markets(types))

    def _keep(self, target: dict[Key, T], what: str, ask: Callable[[], Mapping[str, T]]) -> None:
        try:
            answer = ask()
        except AwsError as error:
            sentence = f"No {what} from account {self.account} in {self.region}: {error}"
            self.readings.missing.append(sentence)
            self.readings.denied.setdefault((self.account, self.region), sentence)
            return
        target.update({(self.account, self.region, name): value for name, value in answer.items()})

    def _names(self, found: Sequence[ServiceInventory], kind: str) -> list[str]:
        return sorted(
            item.subject.name for inventory in found for item in inventory.of(kind)
            if (item.subject.account, item.subject.region) == (self.account, self.region)
        )  # fmt: skip

    def _types(self, found: Sequence[ServiceInventory]) -> list[str]:
        here = [
            item for inventory in found for item in inventory.of("asg")
            if (item.subject.account, item.subject.region) == (self.account, self.region)
        ]  # fmt: skip
        return sorted({kind for item in here for kind in item.fields.get("instance_types") or []})

    def _spaces(self, found: Sequence[ServiceInventory]) -> dict[str, tuple[str, Mapping[str, str]]]:
        here = (self.account, self.region)
        return {
            inventory.service.name: (
                inventory.annotations.get(LOOKUPS) or inventory.service.name.title(),
                {"Service": inventory.service.name},
            )
            for inventory in found
            if any((item.subject.account, item.subject.region) == here for item in inventory.of("dynamodb"))
        }

    def _markets(self, types: Sequence[str]) -> dict[str, SpotMarket]:
        start = self.end - SPOT_WINDOW
        points: dict[str, dict[str, list[tuple[datetime, Decimal]]]] = {}
        for point in spot.spot_prices(self.account, self.region, types, start, self.end):
            points.setdefault(point.instance_type, {}).setdefault(point.zone, []).append((point.since, point.price))
        found = {kind: market(zones, start, self.end, "EC2 spot price history") for kind, zones in points.items()}
        return {kind: summary for kind, summary in found.items() if summary is not None}
