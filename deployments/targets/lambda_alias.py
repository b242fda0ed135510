"""A Lambda alias: how much of its traffic goes to the new version.

Undo always goes back to `restore` in one step: a rollback that walked back through 25 % and 10 % would keep sending
people to a bad version.
"""

from __future__ import annotations

from collections.abc import Mapping

from deployments.targets.contract import (
    LAMBDA_ALIAS,
    Choices,
    Counts,
    Field,
    Moved,
    Streams,
    TargetError,
    TargetKind,
)
from deployments.targets.found import items
from deployments.targets.traffic import Traffic, describe, share_of
from portal.aws import lambda_alias
from portal.aws.cloudwatch import Metric
from portal.aws.lambda_alias import AliasWeights
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

LAMBDA_WEIGHT = "lambda-weight"
FIELDS = (
    Field("function", "Lambda function", r"[A-Za-z0-9_-]{1,140}", "As discovery has found it for the service."),
    Field("alias", "Alias", r"[A-Za-z0-9_-]{1,128}", default="live"),
)

CANARY = Field("canary", "New version", r"[0-9]{1,10}", "The published number, such as 42.")


def locate(entity: Entity, wanted: Mapping[str, str]) -> Target:
    """Account and region of a function that discovery has found for this service. Raises TargetError."""
    name = wanted.get("function") or entity.name
    for item in items(entity, "aws.lambda", wanted):
        if item.get("name") == name:
            found = {"account": item["account"], "region": item["region"], "function": item["name"]}
            return {"kind": LAMBDA_ALIAS, **found, "alias": wanted.get("alias") or "live", "canary": wanted["canary"]}
    raise TargetError(
        f"Discovery has found no Lambda function {name!r} for {entity.name}: check its tags, then discover again."
    )


def choices(entity: Entity) -> Choices:
    """The service's functions."""
    return {"function": [(item["name"], item["name"]) for item in items(entity, "aws.lambda")]}


def observe(target: Target) -> Seen:
    """The traffic of the alias now."""
    return _traffic(_look(target))


def apply(target: Target) -> None:
    """Set the wanted traffic. Raises Moved where the alias is neither as expected nor already as wanted."""
    seen = _look(target)
    if _is(seen, target["to"]):
        return
    if not (_is(seen, target["expected"]) or _is(seen, target["restore"])):
        raise Moved(f"Alias {seen.name} of {seen.function} was changed by somebody else: {describe(_traffic(seen))}.")
    _set(target, target["to"], seen.revision)


def undo(target: Target, before: Seen) -> None:
    """Send all traffic back to where it was before the rollout; an alias that serves neither version is left alone."""
    seen = _look(target)
    if not _is(seen, target["restore"]) and share_of(_traffic(seen), target["canary"]) > 0:
        _set(target, target["restore"], seen.revision)


def verify_applied(target: Target) -> bool:
    """Whether AWS shows the wanted traffic."""
    return _is(_look(target), target["to"])


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the canary gets no traffic any more, and the alias is back unless somebody else has taken it further."""
    seen = _look(target)
    return _is(seen, target["restore"]) or share_of(_traffic(seen), target["canary"]) == 0


def streams(target: Target) -> Streams:
    """Invocations and errors of an alias, told apart by the executed version."""
    return Streams(
        _counts(target, target["canary"]), _counts(target, target["restore"]["version"]), _counts(target, "")
    )


def _counts(target: Target, version: str) -> Counts:
    resource = f"{target['function']}:{target['alias']}"
    dimensions = {"FunctionName": target["function"], "Resource": resource}
    dimensions |= {"ExecutedVersion": version} if version else {}
    return Counts((Metric("AWS/Lambda", "Invocations", dimensions),), (Metric("AWS/Lambda", "Errors", dimensions),))


def _traffic(seen: AliasWeights) -> Traffic:
    return {"version": seen.version, "weights": dict(seen.weights)}


def _look(target: Target) -> AliasWeights:
    return lambda_alias.alias(target["account"], target["region"], target["function"], target["alias"])


def _is(seen: AliasWeights, described: Traffic) -> bool:
    return seen.same(described["version"], described["weights"])


def _set(target: Target, to: Traffic, revision: str) -> None:
    where = (target["account"], target["region"], target["function"], target["alias"])
    lambda_alias.set_weights(*where, to["version"], to["weights"], revision=revision)


CHANGE = Kind(LAMBDA_WEIGHT, "Lambda alias weight", observe, apply, undo, verify_applied, verify_undone)
KIND = TargetKind(
    LAMBDA_ALIAS, "Lambda alias", CHANGE, FIELDS, locate, describe, noun="alias", streams=streams, canary=CANARY,
    choices=choices, order=10,
)  # fmt: skip
