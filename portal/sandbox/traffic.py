"""How busy each part of a service is: the levels that the history and the clock publish as metrics."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

from . import backends
from .parts import (
    Bucket,
    Cache,
    Container,
    Database,
    DatabaseCluster,
    Fleet,
    Function,
    Kubernetes,
    Lattice,
    LoadBalancer,
    Logs,
    Queue,
    Service,
    Table,
)

DAY = 86_400.0


@dataclass(frozen=True)
class Signal:
    """One metric with its level: a rate is added up per second, a gauge is sampled.

    `daily` is the amplitude of the daily wave (0..1), `nightly` replaces it by a peak from 01:00 to 05:00 UTC.
    """

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    base: float
    rate: bool = False
    daily: float = 0.3
    noise: float = 0.05
    nightly: bool = False
    unit: str = "None"

    def level(self, when: float) -> float:
        """The undisturbed level at a time in seconds since the epoch."""
        hour = when % DAY / 3600
        if self.nightly:
            return self.base * (3.4 if 1 <= hour < 5 else 0.52)
        return self.base * (1 + self.daily * math.sin((hour - 9) / 24 * 2 * math.pi))

    def sample(self, when: float, seconds: float, rng: random.Random) -> float:
        """A noisy value for a period of `seconds`: a total for a rate, the level for a gauge."""
        value = self.level(when) * max(0.0, 1 + self.noise * rng.gauss(0, 1))
        return value * seconds if self.rate else value


CPU = {"search-api": 46.0, "reviews": 31.0, "warehouse-etl": 18.0, "reports": 12.0}
"""Average CPU of the fleets in percent."""
READS = {
    "products-table": (800.0, 9.0),
    "orders-table": (60.0, 25.0),
    "prices-table": (150.0, 5.0),
    "login-sessions": (90.0, 40.0),
    "permissions-table": (220.0, 1.5),
    "tracking-table": (45.0, 30.0),
}
"""Consumed read and write units a second by table."""
HITS = {"products": (400.0, 0.35), "fraud-score": (180.0, 0.94), "suggest": (260.0, 0.88), "login": (300.0, 0.97)}
"""Lookups a second and hit rate by cache."""
CALLS = {"checkout": 120.0, "prices": 60.0, "permissions": 80.0, "suggest": 40.0, "events": 30.0}
"""Lambda invocations a second; other functions have 6."""
LATENCY = {"checkout": 84.0, "media": 1900.0, "recommendations": 310.0}
"""Average Lambda duration in milliseconds; other functions take 45."""
REQUESTS = {"checkout": 120.0, "search-api": 80.0, "login": 95.0, "products": 140.0}
"""Requests a second by load balancer; others have 25."""
PRICE_MISSES = 0.38
"""Share of the price lookups that find nothing."""


LATTICE_MS = 7.0
"""What the way through VPC Lattice adds, in milliseconds."""


def _dims(**names: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(names.items()))


def signals(service: Service) -> list[Signal]:
    """All steady metrics of a service as it stands now (instance ids are read from the fleet)."""
    return [signal for part in service.parts for signal in _part(part, service)]


@singledispatch
def _part(part: object, service: Service) -> Iterator[Signal]:
    """Signals of one part; kinds without metrics have none."""
    yield from ()


@_part.register
def _fleet(part: Fleet, service: Service) -> Iterator[Signal]:
    level, nightly = CPU.get(service.name, 25.0), service.name == "warehouse-etl"
    yield Signal(
        "AWS/EC2", "CPUUtilization", _dims(AutoScalingGroupName=service.name), level, nightly=nightly, unit="Percent"
    )
    for machine in backends.fleet(service.account, service.region, service.name):
        own = _dims(InstanceId=machine.id)
        yield Signal("AWS/EC2", "CPUUtilization", own, level, nightly=nightly, unit="Percent")
        yield Signal("AWS/EC2", "NetworkIn", own, 90_000.0, rate=True, nightly=nightly, unit="Bytes")
        yield Signal("AWS/EC2", "NetworkOut", own, 140_000.0, rate=True, nightly=nightly, unit="Bytes")


@_part.register
def _table(part: Table, service: Service) -> Iterator[Signal]:
    own, (reads, writes) = _dims(TableName=part.name), READS.get(part.name, (40.0, 10.0))
    yield Signal("AWS/DynamoDB", "ConsumedReadCapacityUnits", own, reads, rate=True, daily=0.2, unit="Count")
    yield Signal("AWS/DynamoDB", "ConsumedWriteCapacityUnits", own, writes, rate=True, daily=0.2, unit="Count")
    if part.read_units:
        yield Signal(
            "AWS/DynamoDB", "ProvisionedReadCapacityUnits", own, part.read_units, daily=0, noise=0, unit="Count"
        )
        yield Signal(
            "AWS/DynamoDB", "ProvisionedWriteCapacityUnits", own, part.write_units, daily=0, noise=0, unit="Count"
        )
    yield Signal(
        "AWS/DynamoDB",
        "SuccessfulRequestLatency",
        _dims(TableName=part.name, Operation="GetItem"),
        4.2,
        daily=0.1,
        unit="Milliseconds",
    )
    query = _dims(TableName=part.name, Operation="Query")
    yield Signal("AWS/DynamoDB", "ReturnedItemCount", query, reads * 0.4, rate=True, daily=0.2, unit="Count")
    if part.name == "prices-table":
        lookups, own = 150.0, _dims(Service=service.name)
        yield Signal("Prices", "Lookups", own, lookups, rate=True, unit="Count")
        yield Signal("Prices", "Misses", own, lookups * PRICE_MISSES, rate=True, unit="Count")


@_part.register
def _cache(part: Cache, service: Service) -> Iterator[Signal]:
    lookups, share = HITS.get(service.name, (100.0, 0.9))
    for own in (_dims(ReplicationGroupId=service.name), _dims(CacheClusterId=f"{service.name}-001")):
        yield Signal("AWS/ElastiCache", "CacheHits", own, lookups * share, rate=True, unit="Count")
        yield Signal("AWS/ElastiCache", "CacheMisses", own, lookups * (1 - share), rate=True, unit="Count")
        yield Signal("AWS/ElastiCache", "CPUUtilization", own, 14.0, unit="Percent")
        yield Signal("AWS/ElastiCache", "CurrConnections", own, 40.0, unit="Count")


@_part.register
def _database(part: Database, service: Service) -> Iterator[Signal]:
    yield from _databases([service.name])


@_part.register
def _cluster(part: DatabaseCluster, service: Service) -> Iterator[Signal]:
    yield from _databases([f"{service.name}-{number}" for number in range(1, part.instances + 1)])
    whole = _dims(DBClusterIdentifier=service.name)
    yield Signal("AWS/RDS", "DatabaseConnections", whole, 35.0, unit="Count")


def _databases(names: list[str]) -> Iterator[Signal]:
    for name in names:
        own = _dims(DBInstanceIdentifier=name)
        yield Signal("AWS/RDS", "CPUUtilization", own, 22.0, unit="Percent")
        yield Signal("AWS/RDS", "DatabaseConnections", own, 35.0, unit="Count")


@_part.register
def _container(part: Container, service: Service) -> Iterator[Signal]:
    own = _dims(ClusterName=service.name, ServiceName=service.name)
    yield Signal("AWS/ECS", "CPUUtilization", own, 38.0, unit="Percent")
    yield Signal("AWS/ECS", "MemoryUtilization", own, 55.0, daily=0.05, unit="Percent")
    if part.connect:
        own = _dims(DiscoveryName=service.name, ServiceName=service.name, ClusterName=service.name)
        yield Signal("AWS/ECS", "TargetResponseTime", own, 44.0, daily=0.05, unit="Milliseconds")
        yield Signal("AWS/ECS", "RequestCount", own, 18.0, rate=True, unit="Count")
        yield Signal("AWS/ECS", "HTTPCode_Target_5XX_Count", own, 0.02, rate=True, unit="Count")


@_part.register
def _lattice(part: Lattice, service: Service) -> Iterator[Signal]:
    own = _dims(Service=backends.lattice_service(service.account, service.region, service.name))
    latency = LATENCY.get(service.name, 45.0) + LATTICE_MS
    yield Signal("AWS/VpcLattice", "RequestTime", own, latency, daily=0.05, unit="Milliseconds")
    yield Signal("AWS/VpcLattice", "TotalRequestCount", own, 4.0, rate=True, unit="Count")
    yield Signal("AWS/VpcLattice", "HTTPCode_5XX_Count", own, 0.01, rate=True, unit="Count")


@_part.register
def _kubernetes(part: Kubernetes, service: Service) -> Iterator[Signal]:
    yield Signal("ContainerInsights", "node_cpu_utilization", _dims(ClusterName=service.name), 33.0, unit="Percent")


@_part.register
def _queue(part: Queue, service: Service) -> Iterator[Signal]:
    own = _dims(QueueName=f"{service.name}-queue")
    yield Signal("AWS/SQS", "NumberOfMessagesSent", own, 8.0, rate=True, unit="Count")
    yield Signal("AWS/SQS", "ApproximateAgeOfOldestMessage", own, 3.0, unit="Seconds")


@_part.register
def _bucket(part: Bucket, service: Service) -> Iterator[Signal]:
    size = 2.0e12 if part.name in ("media-assets", "old-exports-backup") else 2.0e11
    yield Signal(
        "AWS/S3",
        "BucketSizeBytes",
        _dims(BucketName=part.name, StorageType="StandardStorage"),
        size,
        daily=0,
        noise=0,
        unit="Bytes",
    )


@_part.register
def _logs(part: Logs, service: Service) -> Iterator[Signal]:
    yield Signal(
        "AWS/Logs",
        "IncomingBytes",
        _dims(LogGroupName=f"{part.prefix}/{service.name}"),
        24_000.0,
        rate=True,
        unit="Bytes",
    )


@dataclass(frozen=True)
class Load:
    """Usual load of a function or load balancer: calls a second, average latency in ms, share of errors."""

    calls: float
    latency: float
    errors: float


RELEASE_ERRORS = {("checkout", "42"): 0.006, ("permissions", "2"): 0.06}
"""Versions that differ from their service's usual share of errors. The demo's new release mends a fault, so that its
rollout is not taken back by the one chance in a hundred that an always-valid test leaves to an equal release; that of
permissions is bad, and is taken back."""


def usual_load(part: object, service: Service) -> Load | None:
    """Load of the parts whose metrics depend on what happens in the sandbox (weights, cut zones); None for other kinds."""
    if isinstance(part, Function):
        return Load(CALLS.get(service.name, 6.0), LATENCY.get(service.name, 45.0), 0.01)
    if isinstance(part, LoadBalancer):
        return Load(REQUESTS.get(service.name, 25.0), 42.0, 0.0005)
    return None
