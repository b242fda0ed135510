"""What is failing over right now: databases and caches, by name, until when."""

from __future__ import annotations

from .state import State

SECONDS = 10.0
"""How long a failover takes here; AWS needs about 30 s for Aurora and one to two minutes for a Multi-AZ instance."""
CLUSTER, INSTANCE, CACHE = "failover.cluster", "failover.instance", "failover.cache"


def begin(state: State, account: str, region: str, kind: str, name: str) -> None:
    """A failover begins now."""
    state.topic(kind, account, region)[name] = state.wall() + SECONDS


def under_way(state: State, account: str, region: str, kind: str, name: str) -> bool:
    """Whether this one is failing over."""
    until: float = state.topic(kind, account, region).get(name, 0.0)
    return state.wall() < until


def shaken(state: State, account: str, region: str, name: str, seconds: float) -> bool:
    """Whether a database of this name has been failing over within the last `seconds`."""
    ends: list[float] = [state.topic(kind, account, region).get(name, 0.0) for kind in (CLUSTER, INSTANCE)]
    return state.wall() - seconds < max(ends)
