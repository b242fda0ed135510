"""What a mesh is set to and where it is risky, from the items of the fact `aws.mesh`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Item = Mapping[str, Any]

APP_MESH, LATTICE, CONNECT = "App Mesh", "VPC Lattice", "ECS Service Connect"
ENDED = "2026-09-30"
SIDECAR = frozenset({APP_MESH, CONNECT})  # meshes that put a proxy beside every task
# Where an added latency begins to matter: AWS's own target for one hop is a few milliseconds.
FAIR_MS, POOR_MS = 5.0, 20.0


@dataclass(frozen=True)
class Setting:
    """One property of a mesh in words. `state` is good, fair, poor or neutral (nothing to set)."""

    name: str
    words: str
    state: str
    remedy: str = ""


@dataclass(frozen=True)
class Latency:
    """Added milliseconds by the mesh; `added_ms` is None where it is not measured, and `words` then says why."""

    added_ms: float | None
    state: str
    words: str


def settings(item: Item) -> tuple[Setting, ...]:
    """Retries, timeouts, outlier detection, TLS, callers' identity and access logs."""
    return (
        _retries(item), _timeouts(item), _outlier(item), _tls(item), _identity(item),
        Setting("Access logs", "kept", "good") if item.get("access_logs")
        else Setting("Access logs", "none", "fair", "Turn them on: without them nobody sees who called what."),
    )  # fmt: skip


def _where_bare(item: Item, what: str, bare: str, name: str, each: str, lack: Setting) -> Setting | None:
    """A setting that this mesh offers: set on every `each`, or `lack` naming those without; None where not offered."""
    if what not in (item.get("tunable") or ()):
        return None
    without = item.get(bare) or ()
    if not without:
        return Setting(name, f"set on every {each}", "good")
    return replace(lack, name=name, words=f"{lack.words} on {', '.join(without)}")


def _retries(item: Item) -> Setting:
    lack = Setting("", "none", "poor", "Add a retry policy of two tries on 503 and connection errors.")
    offered = _where_bare(item, "retries", "routes_without_retry", "Retries", "route", lack)
    if offered or item.get("technology") != CONNECT:
        return offered or Setting("Retries", "not offered; callers must retry", "neutral")
    return Setting("Retries", "2, built into the proxy", "neutral")


def _timeouts(item: Item) -> Setting:
    remedy = "Set a timeout per request that is shorter than the caller's patience."
    lack = Setting("", "15 s by default", "poor", remedy)
    offered = _where_bare(item, "timeouts", "routes_without_timeout", "Timeouts", "route", lack)
    return offered or Setting("Timeouts", "fixed by VPC Lattice at 60 s idle", "neutral")


def _outlier(item: Item) -> Setting:
    name = "Outlier detection"
    lack = Setting("", "none", "fair", "Set it on the listener: a failing task must get no requests.")
    offered = _where_bare(item, "outlier", "members_without_outlier", name, "node", lack)
    if offered:
        return offered
    if item.get("technology") == CONNECT:
        return Setting(name, "built in; 5 failures take a task out", "neutral")
    checked = any(member.get("outlier") for member in item.get("members", ()))
    return Setting(name, "health checks take targets out" if checked else "none; functions have no hosts", "neutral")


def _tls(item: Item) -> Setting:
    if item.get("encrypted"):
        return Setting("TLS", "on everywhere", "good")
    lax = [
        str(one["name"]) for one in item.get("members", ()) if one.get("tls") != "on" and one.get("kind") != "lambda"
    ]
    where = f" on {', '.join(lax)}" if lax else ""
    return Setting("TLS", f"not required{where}", "poor", _TLS_REMEDY.get(str(item.get("technology")), ""))


_TLS_REMEDY = {
    APP_MESH: "Give the listeners the TLS mode STRICT; better, move to a mesh that is supported.",
    LATTICE: "Replace the HTTP listener by an HTTPS one; VPC Lattice brings the certificate.",
    CONNECT: "Name an AWS Private CA in the service's tls settings.",
}


def _identity(item: Item) -> Setting:
    if item.get("authenticated"):
        how = "IAM signatures" if item.get("technology") == LATTICE else "client certificates"
        return Setting("Callers", f"checked by {how}", "good")
    if item.get("technology") == CONNECT:
        return Setting("Callers", "not checked; security groups decide", "neutral")
    remedy = "Set the auth type AWS_IAM with a policy." if item.get("technology") == LATTICE else ""
    return Setting("Callers", "not checked", "fair", remedy)


def latency(item: Item) -> Latency:
    """Mean time through the mesh less the mean time without it, over the last 24 hours."""
    traffic: Item = item.get("traffic") or {}
    through, around = traffic.get("mesh_ms"), traffic.get("direct_ms")
    if through is None or around is None:
        return Latency(None, "stale", f"Not measured. {traffic.get('reason', '')}".strip())
    added = round(through - around, 1)
    state = "poor" if added >= POOR_MS else "fair" if added >= FAIR_MS else "good"
    how = "adds" if added >= 0 else "saves"
    sentence = (
        f"The mesh {how} {abs(added):g} ms: {through:g} ms with it, {around:g} ms without, on average over 24 hours."
    )
    return Latency(added, state, sentence)


def misfits(item: Item, functions: Sequence[str]) -> tuple[str, ...]:
    """Members of a sidecar mesh in which no proxy can run: its own serverless members and the service's functions."""
    if item.get("technology") not in SIDECAR:
        return ()
    return tuple(sorted({*(item.get("misfits") or ()), *functions}))


def migration(items: Sequence[Item], functions: Sequence[str]) -> str:
    """Where to move from App Mesh, in a sentence; "" where nothing is on App Mesh."""
    ended = [item for item in items if item.get("technology") == APP_MESH]
    if not ended:
        return ""
    serverless = sorted({name for item in ended for name in misfits(item, functions)})
    if serverless:
        names = ", ".join(serverless)
        return f"Move to VPC Lattice: it needs no proxy, so that {names} can be a member like the others, and it keeps weights."
    if any(len(route.get("targets", ())) > 1 for item in ended for route in item.get("routes", ())):
        return "Move to VPC Lattice if you shift traffic by weights; to ECS Service Connect if ECS deployments do that for you."
    return "Move to ECS Service Connect: all members are ECS services, and retries and outlier detection come with it."


def members(item: Item) -> Iterator[str]:
    """Names of everything that the mesh item names: members, targets and callers."""
    for member in item.get("members", ()):
        yield str(member["name"])
    for route in item.get("routes", ()):
        yield from (str(target["name"]) for target in route.get("targets", ()))
        yield from (str(caller) for caller in route.get("callers", ()))
