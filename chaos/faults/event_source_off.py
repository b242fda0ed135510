"""A consumer stops reading: the event source mappings of a function are disabled, and messages wait where they are."""

from __future__ import annotations

from chaos.faults import callers, found
from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import event_sources, settling
from portal.aws.event_sources import DISABLED, ENABLED, MOVING, Mapping
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "event-source-off"
OFF = (DISABLED, "Disabling")


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which mappings would be disabled. Raises AwsError."""
    account, region, name = arguments["account"], arguments["region"], arguments["function"]
    sentence = f"{name} reads no more messages; they wait in their source."
    if found.one(service, "aws.lambda", arguments, name=name) is None:
        return Preview({}, sentence, refusal=found.refusal(service, "function", name))
    known = event_sources.mappings(account, region, name)
    hit = [one for one in known if one.state == ENABLED]
    refusal = "" if hit else f"{name} reads from nothing that is enabled: there is nothing to switch off."
    return Preview(
        target={"account": account, "region": region, "function": name, "mappings": [one.id for one in hit]},
        sentence=sentence,
        rows=tuple((one.source.rpartition(":")[2] or one.id, one.state) for one in known) + callers.rows(service),
        refusal=refusal,
        hit=len(hit),
        total=len(known),
    )


def observe(target: Target) -> Seen:
    """Which of the mappings are enabled. Raises AwsError; ValueError where one of them no longer is."""
    states = _states(target)
    off = [one for one in target["mappings"] if states.get(one) != ENABLED]
    if off:
        raise ValueError(f"{off[0]} of {target['function']} is {states.get(off[0], 'gone')}: look at the preview again")
    return {"account": target["account"], "region": target["region"], "enabled": list(target["mappings"])}


def apply(target: Target) -> None:
    """Disable each mapping."""
    for one in target["mappings"]:
        event_sources.switch(target["account"], target["region"], one, on=False)
    settling.seen(lambda: verify_applied(target))


def undo(target: Target, before: Seen) -> None:
    """Enable those again that are disabled and still there; AWS refuses while it is disabling one, and is asked again."""
    states = _states(target)
    for one in before["enabled"]:
        if states.get(one) == DISABLED:
            event_sources.switch(target["account"], target["region"], one, on=True)


def verify_applied(target: Target) -> bool:
    """Whether none of the mappings reads any more, or AWS is at it."""
    states = _states(target)
    return all(states.get(one, DISABLED) in OFF for one in target["mappings"])


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether all that were enabled are enabled again; one that somebody has deleted is not missed."""
    states = _states(target)
    return all(states.get(one, ENABLED) == ENABLED for one in before["enabled"])


def undoing(target: Target, before: Seen) -> bool:
    """Whether AWS is still switching one of them."""
    states = _states(target)
    return any(states.get(one) in MOVING for one in before["enabled"])


def _states(target: Target) -> dict[str, str]:
    known: list[Mapping] = event_sources.mappings(target["account"], target["region"], target["function"])
    return {one.id: one.state for one in known}


KIND = Kind(
    key=KEY,
    title="Event source mappings disabled",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
)
FAULT = Fault(
    key=KEY,
    title="Consumer off",
    description="Disables what feeds a function from queues and streams: is anything lost, and how long is the backlog?",
    kind=KEY,
    arguments=(ACCOUNT, REGION, Argument("function", "Function", r"[A-Za-z0-9_-]{1,64}", "refunds")),
    max_seconds=3600,
    preview=preview,
    order=22,
)
