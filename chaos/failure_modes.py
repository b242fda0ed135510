"""Which failure mode a fault proves: the columns of the coverage map, and what the guard of hosts looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MODES = {
    "zone": "Zone",
    "region": "Region",
    "host": "Host",
    "database": "Database",
    "cache": "Cache",
    "function": "Function",
    "queue": "Queue",
    "network": "Network",
    "dependency": "Dependency",
}
BY_FAULT = {
    "zone-network-cut": "zone",
    "zone-route-cut": "zone",
    "asg-leave-zone": "zone",
    "zonal-shift": "zone",
    "region-dns-away": "region",
    "instance-stop": "host",
    "instance-termination": "host",
    "task-termination": "host",
    "rds-failover": "database",
    "aurora-failover": "database",
    "dynamodb-denied": "database",
    "elasticache-failover": "cache",
    "lambda-concurrency-zero": "function",
    "lambda-timeout": "function",
    "lambda-memory": "function",
    "lambda-version": "function",
    "event-source-off": "function",
    "sqs-denied": "queue",
    "nft-packet-loss": "network",
    "lattice-blackhole": "dependency",
    "mesh-timeout": "dependency",
    "mesh-route-away": "dependency",
}
BY_PREFIX = (("ssm-", "network"), ("proxy-", "network"), ("fis-", "network"), ("gremlin-", "network"))
"""FIS templates and Gremlin attacks can do anything; unless their step says which mode it is, they count as network."""
LOSES_HOSTS = frozenset({"zone", "host"})


def mode_of(fault: str, arguments: Mapping[str, Any] | None = None) -> str:
    """The mode of a fault by its key; a step of an engine may name its own in the argument `mode`. "" for an unknown one."""
    said = (arguments or {}).get("mode")
    prefixed = next((mode for prefix, mode in BY_PREFIX if fault.startswith(prefix)), "")
    return str(said) if prefixed and said in MODES else BY_FAULT.get(fault, prefixed)


def steps(definition: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The faults of an experiment or of a run's definition, with their arguments, in order."""
    method = definition.get("method")
    if method is not None:
        return [(step["fault"], step.get("arguments", {})) for step in method if step.get("type") == "fault"]
    return [(definition["fault"], definition.get("arguments", {}))] if definition.get("fault") else []


def modes(definition: Mapping[str, Any]) -> list[str]:
    """The failure modes that a definition tries, each once, in order."""
    found = [mode_of(fault, arguments) for fault, arguments in steps(definition)]
    return list(dict.fromkeys(mode for mode in found if mode))
