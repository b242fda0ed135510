"""What a service mesh says of itself, in one form for App Mesh, VPC Lattice and ECS Service Connect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.aws.resource import AwsResource


@dataclass(frozen=True)
class Target:
    """Where a route sends requests. `kind` is node, ecs, lambda, ip, instance or alb; `share` is 0 to 1."""

    name: str
    kind: str
    weight: int
    share: float


@dataclass(frozen=True)
class Route:
    """One way into the mesh. None: nothing is set, so that what the technology does by itself holds.

    `callers` are the members that may use the route, where the mesh knows them.
    """

    name: str
    protocol: str
    match: str
    targets: tuple[Target, ...]
    callers: tuple[str, ...] = ()
    retries: int | None = None
    retry_on: tuple[str, ...] = ()
    timeout_ms: int | None = None
    idle_timeout_ms: int | None = None


@dataclass(frozen=True)
class Member:
    """What takes requests in the mesh. `tls` is on, permissive or off; `outlier` says how a bad host is taken out."""

    name: str
    kind: str
    address: str
    tls: str
    outlier: str


@dataclass(frozen=True)
class Traffic:
    """Means over the last 24 whole hours to two figures; times in ms, None where CloudWatch has no such metric.

    `mesh_ms` is the time of a request through the mesh, `direct_ms` of the same work without it; the metrics are named.
    """

    requests_s: float | None = None
    error_percent: float | None = None
    mesh_ms: float | None = None
    mesh_metric: str = ""
    direct_ms: float | None = None
    direct_metric: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Mesh(AwsResource):
    """An App Mesh mesh, a VPC Lattice service or an ECS service in a Service Connect namespace.

    `tunable` names the settings that the technology offers: weights, retries, timeouts, outlier, tls. The three lists
    of what is missing hold only what could be set. `misfits` are members in which no proxy can run.
    """

    technology: str
    supported: bool
    network: str
    dns: str
    routes: tuple[Route, ...]
    members: tuple[Member, ...]
    tunable: tuple[str, ...]
    routes_without_retry: tuple[str, ...]
    routes_without_timeout: tuple[str, ...]
    members_without_outlier: tuple[str, ...]
    encrypted: bool
    authenticated: bool
    access_logs: bool
    misfits: tuple[str, ...]
    traffic: Traffic


def shares(weights: Sequence[int]) -> list[float]:
    """Weights as shares of the traffic, 0 to 1; all 0 where nothing gets any."""
    total = sum(weights)
    return [round(weight / total, 4) if total else 0.0 for weight in weights]
