"""An alias sends some of its calls to another version: one that the team has published to fail or to answer late."""

from __future__ import annotations

from chaos.faults import callers, found
from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import lambda_alias
from portal.aws.lambda_alias import AliasWeights
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "lambda-version"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Where the alias points, and how much of it would go elsewhere. Raises AwsError."""
    account, region, name = arguments["account"], arguments["region"], arguments["function"]
    version, percent = arguments["version"], int(arguments["percent"])
    where = {"account": account, "region": region, "function": name, "alias": arguments["alias"]}
    sentence = f"{percent} % of the calls of {name}:{arguments['alias']} go to version {version}."
    if found.one(service, "aws.lambda", arguments, name=name) is None:
        return Preview(where, sentence, refusal=found.refusal(service, "function", name))
    now = lambda_alias.alias(account, region, name, arguments["alias"], role="read")
    refusal = ""
    if now.weights:
        refusal = f"{name}:{now.name} is split over two versions already, as in a rollout: wait until it has ended."
    elif now.version == version:
        refusal = f"{name}:{now.name} points to version {version} already: nothing would happen."
    return Preview(
        target={**where, "from": now.version, "to": version, "share": percent / 100},
        sentence=sentence,
        rows=((f"{name}:{now.name}", f"version {now.version}"), *callers.rows(service)),
        refusal=refusal,
        hit=percent,
        total=100,
    )


def observe(target: Target) -> Seen:
    """Where the alias points. Raises AwsError; ValueError where that has changed since the preview."""
    now = _alias(target)
    if not now.same(target["from"], {}):
        raise ValueError(f"{target['function']}:{target['alias']} has moved since: look at the preview again")
    return {"account": target["account"], "region": target["region"], "version": now.version}


def apply(target: Target) -> None:
    """Send the share to the other version."""
    version, weights = _ours(target)
    _write(target, version, weights, _alias(target).revision)


def undo(target: Target, before: Seen) -> None:
    """Point the alias back where it still stands as we left it; what somebody else has set stays."""
    now = _alias(target)
    if now.same(*_ours(target)):
        _write(target, before["version"], {}, now.revision)


def verify_applied(target: Target) -> bool:
    """Whether the alias sends its calls so."""
    return _alias(target).same(*_ours(target))


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the alias no longer does."""
    return not _alias(target).same(*_ours(target))


def _ours(target: Target) -> tuple[str, dict[str, float]]:
    if target["share"] >= 1:
        return target["to"], {}
    return target["from"], {target["to"]: target["share"]}


def _alias(target: Target) -> AliasWeights:
    where = (target["account"], target["region"], target["function"], target["alias"])
    return lambda_alias.alias(*where, role="read")


def _write(target: Target, version: str, weights: dict[str, float], revision: str) -> None:
    where = (target["account"], target["region"], target["function"], target["alias"])
    lambda_alias.set_weights(*where, version, weights, revision=revision, role="chaos")


KIND = Kind(
    key=KEY,
    title="Calls sent to another version",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Function errors or latency by version",
    description="Sends a share of an alias's calls to a version that was published to fail or to answer late.",
    kind=KEY,
    arguments=(
        ACCOUNT,
        REGION,
        Argument("function", "Function", r"[A-Za-z0-9_-]{1,64}", "checkout"),
        Argument("alias", "Alias", r"[A-Za-z0-9_-]{1,128}", "live"),
        Argument("version", "Version", r"[1-9]\d{0,9}", "42"),
        Argument("percent", "Share in percent", r"[1-9]\d?|100", "10"),
    ),
    max_seconds=1800,
    preview=preview,
    order=21,
)
