"""The change "lambda-weight": how much of an alias's traffic goes to the new version.

A target names account, region, function, alias and canary, and three descriptions of traffic `{"version", "weights"}`:
`to` (wanted), `expected` (what it may be changed from), `restore` (before the whole rollout). Undo always goes back to
`restore` in one step: a rollback that walked back through 25 % and 10 % would keep sending people to a bad version.
"""

from __future__ import annotations

from typing import Any

from portal.aws import lambda_alias
from portal.aws.lambda_alias import AliasWeights
from portal.changes.kinds import Kind, Seen, Target

LAMBDA_WEIGHT = "lambda-weight"
Traffic = dict[str, Any]


class AliasMoved(Exception):
    """Somebody else changed the alias; what they did is left alone."""


def traffic(seen: AliasWeights) -> Traffic:
    """An alias's traffic as plain JSON."""
    return {"version": seen.version, "weights": dict(seen.weights)}


def share_of(described: Traffic, version: str) -> float:
    """The share (0 to 1) that a version has."""
    weights: dict[str, float] = described["weights"]
    return 1 - sum(weights.values()) if described["version"] == version else float(weights.get(version, 0.0))


def shifted(restore: Traffic, canary: str, percent: float) -> Traffic:
    """The traffic with ``percent`` (0 to 100) on the canary; at 100 the alias itself moves, so that no weight is left."""
    if percent >= 100:
        return {"version": canary, "weights": {}}
    return {"version": restore["version"], "weights": {canary: round(percent / 100, 4)} if percent else {}}


def observe(target: Target) -> Seen:
    """The traffic of the alias now."""
    return traffic(_look(target))


def apply(target: Target) -> None:
    """Set the wanted traffic. Raises AliasMoved where the alias is neither as expected nor already as wanted."""
    seen = _look(target)
    if _is(seen, target["to"]):
        return
    if not (_is(seen, target["expected"]) or _is(seen, target["restore"])):
        raise AliasMoved(
            f"Alias {seen.name} of {seen.function} was changed by somebody else: {describe(traffic(seen))}."
        )
    _set(target, target["to"], seen.revision)


def undo(target: Target, before: Seen) -> None:
    """Send all traffic back to where it was before the rollout; an alias that serves neither version is left alone."""
    seen = _look(target)
    if not _is(seen, target["restore"]) and share_of(traffic(seen), target["canary"]) > 0:
        _set(target, target["restore"], seen.revision)


def verify_applied(target: Target) -> bool:
    """Whether AWS shows the wanted traffic."""
    return _is(_look(target), target["to"])


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the canary gets no traffic any more, and the alias is back unless somebody else has taken it further."""
    seen = _look(target)
    return _is(seen, target["restore"]) or share_of(traffic(seen), target["canary"]) == 0


def describe(described: Traffic) -> str:
    """Traffic in words: "41, 5 % on 42"."""
    shares = [f"{share * 100:g} % on {version}" for version, share in described["weights"].items()]
    return ", ".join([str(described["version"]), *shares])


def _look(target: Target) -> AliasWeights:
    return lambda_alias.alias(target["account"], target["region"], target["function"], target["alias"])


def _is(seen: AliasWeights, described: Traffic) -> bool:
    return seen.same(described["version"], described["weights"])


def _set(target: Target, to: Traffic, revision: str) -> None:
    where = (target["account"], target["region"], target["function"], target["alias"])
    lambda_alias.set_weights(*where, to["version"], to["weights"], revision=revision)


KIND = Kind(LAMBDA_WEIGHT, "Lambda alias weight", observe, apply, undo, verify_applied, verify_undone)
