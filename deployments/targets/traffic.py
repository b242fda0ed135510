"""Traffic as plain JSON, the same for every kind of target.

`{"version": "41", "weights": {"42": 0.05}}`: all to `version` but the shares (0 to 1) of `weights`. What a "version" is
depends on the target: a Lambda version, a target group, a record's set identifier, a task definition, a revision. More
keys are the target's own: what it needs to put back exactly what was there.
"""

from __future__ import annotations

from typing import Any

Traffic = dict[str, Any]


def share_of(described: Traffic, version: str) -> float:
    """The share (0 to 1) that a version has."""
    weights: dict[str, float] = described["weights"]
    return 1 - sum(weights.values()) if described["version"] == version else float(weights.get(version, 0.0))


def shifted(restore: Traffic, canary: str, percent: float) -> Traffic:
    """The traffic with ``percent`` (0 to 100) on the canary; at 100 the target itself moves, so that no weight is left."""
    if percent >= 100:
        return {"version": canary, "weights": {}}
    return {"version": restore["version"], "weights": {canary: round(percent / 100, 4)} if percent else {}}


def same(one: Traffic, other: Traffic) -> bool:
    """Whether both send the same shares to the same versions; shares of zero count for nothing."""
    return one["version"] == other["version"] and _shares(one) == _shares(other)


def describe(described: Traffic) -> str:
    """Traffic in words: "41, 5 % on 42"."""
    shares = [f"{share * 100:g} % on {version}" for version, share in described["weights"].items()]
    return ", ".join([str(described["version"]), *shares])


def _shares(described: Traffic) -> dict[str, float]:
    return {version: round(share, 4) for version, share in described["weights"].items() if share > 0}
