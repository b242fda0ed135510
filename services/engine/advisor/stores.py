"""The stores that a service really uses, by family, and those that AWS has closed or ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Items = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Store:
    """One store in use. `seen` is aws, or catalog where only a descriptor names it."""

    name: str
    engine: str
    family: str
    seen: str = "aws"


@dataclass(frozen=True)
class Lifecycle:
    """What AWS did to a service: `state` closed (no new customers) or ended, since `date`, and what to use instead."""

    service: str
    state: str
    date: str
    instead: str


# AWS announcements and documentation history, read in November 2026.
RETIRED: Mapping[str, Lifecycle] = {
    "qldb": Lifecycle("Amazon QLDB", "ended", "2025-07-31",
                      "Aurora PostgreSQL with an append-only table whose rows hold the hash of the one before"),
    "timestream": Lifecycle("Timestream for LiveAnalytics", "closed", "2025-06-20", "Timestream for InfluxDB"),
    "finspace": Lifecycle("FinSpace with Managed kdb", "ended", "2026-10-07", "kdb on EC2, or Timestream for InfluxDB"),
}  # fmt: skip
ENGINES = {"neptune": "graph", "docdb": "document"}
# What the type or the family of a Resource in a descriptor begins with.
DECLARED = {
    "qldb": ("qldb", "ledger"), "timestream-influx": ("timestream-influxdb", "time-series"),
    "timestream": ("timestream", "time-series"), "finspace": ("finspace", "time-series"),
    "keyspaces": ("keyspaces", "wide-column"), "cassandra": ("cassandra", "wide-column"),
    "memorydb": ("memorydb", "in-memory"), "redshift": ("redshift", "warehouse"), "athena": ("athena", "warehouse"),
    "neptune": ("neptune", "graph"), "documentdb": ("docdb", "document"), "mongodb": ("mongodb", "document"),
    "dsql": ("dsql", "distributed-sql"),
}  # fmt: skip


def in_use(items: Items, declared: Mapping[str, str]) -> tuple[Store, ...]:
    """Stores from the `aws.*` items, then those that only descriptors name (resource name → its type)."""
    seen = tuple(_seen(items))
    names = {store.name for store in seen}
    more = (
        Store(name, engine, family, "catalog")
        for name, kind in sorted(declared.items())
        if name not in names
        for engine, family in [_declared(kind)]
        if engine
    )
    return (*seen, *more)


def _seen(items: Items) -> Iterator[Store]:
    for row in items.get("aws.rds", ()):
        engine = str(row.get("engine", ""))
        yield Store(row["name"], engine, ENGINES.get(engine, "relational"))
    for key, engine, family in (
        ("aws.dsql", "dsql", "distributed-sql"), ("aws.dynamodb", "dynamodb", "key-value"),
        ("aws.elasticache", "", "in-memory"), ("aws.opensearch", "opensearch", "search"),
        ("aws.timestream", "timestream", "time-series"),
    ):  # fmt: skip
        for row in items.get(key, ()):
            yield Store(row["name"], engine or str(row.get("engine", "redis")), family)


def _declared(kind: str) -> tuple[str, str]:
    lowered = kind.lower()
    return next((found for start, found in DECLARED.items() if lowered.startswith(start)), ("", ""))


def retired(stores: Sequence[Store]) -> tuple[tuple[Store, Lifecycle], ...]:
    """The stores whose service AWS has closed or ended, ended ones first."""
    found = [(store, RETIRED[store.engine]) for store in stores if store.engine in RETIRED]
    return tuple(sorted(found, key=lambda pair: (pair[1].state != "ended", pair[0].name)))
