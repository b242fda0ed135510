"""A scenario that stands in Gremlin is run, and halted to undo it. As for attacks, the start stays in the worker."""

from __future__ import annotations

import uuid
from typing import Any

from chaos.engine import gremlin_words
from chaos.faults.registry import ACCOUNT, MODE, REGION, Argument, Arguments, Fault, Preview
from chaos.gremlin import scenarios, starts
from chaos.gremlin.errors import GremlinError
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "gremlin-scenario"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Whether the scenario is made for the service: its name or description says so. What it hits, only Gremlin knows."""
    guid = arguments["scenario"]
    target = {"scenario": guid}
    try:
        found = scenarios.scenario(guid)
    except GremlinError as error:
        return Preview(target, f"Gremlin runs the scenario {guid}.", refusal=str(error))
    told: dict[str, Any] = found if isinstance(found, dict) else {}
    name = str(told.get("name") or guid)[:120]
    released = f"colonnade:{service.name}" in f"{told.get('name', '')} {told.get('description', '')}".split()
    refusal = f"The scenario is not released for {service.name}: write colonnade:{service.name} into its description."
    return Preview(
        target=target,
        sentence=f"Gremlin runs the scenario “{name}”.",
        rows=(("Blast radius", "is set in Gremlin and cannot be seen from here"),),
        refusal="" if released else refusal,
        needs_stop=True,
    )


def mark(target: Target) -> Target:
    """Give this change the token that its start is kept under."""
    return {**target, "token": uuid.uuid4().hex}


def observe(target: Target) -> Seen:
    """Nothing is kept from before. Raises GremlinError without a way to Gremlin."""
    scenarios.scenario(target["scenario"])
    return {}


def apply(target: Target) -> None:
    """Run it, at most once. Raises GremlinError."""
    starts.begin(target["token"], lambda: str(scenarios.run(target["scenario"])))


def undo(target: Target, before: Seen) -> None:
    """Halt the run. Raises GremlinError."""
    guid = target["scenario"]
    starts.end(target["token"], _over(target), lambda number: scenarios.halt(guid, int(number)))


def verify_applied(target: Target) -> bool:
    """Whether Gremlin has the run and does not say that it failed. Raises GremlinError with its words where it does."""
    reason = watch(target)
    if reason:
        raise GremlinError(reason)
    return bool(starts.ident(target["token"]))


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the run is over; a state that is not known counts as running. Raises GremlinError."""
    return starts.ended(target["token"], _over(target))


def watch(target: Target) -> str:
    """Why the run is no longer what was asked for, or "". Raises GremlinError."""
    number = starts.ident(target["token"])
    return gremlin_words.gone_wrong(scenarios.look(target["scenario"], int(number))) if number else ""


def _over(target: Target) -> Any:
    return lambda number: scenarios.over(target["scenario"], int(number))


KIND = Kind(
    key=KEY,
    title="Scenario of Gremlin",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    mark=mark,
)
FAULT = Fault(
    key=KEY,
    title="Gremlin scenario",
    description="Runs a scenario that stands in Gremlin and is released for this service.",
    kind=KEY,
    arguments=(
        ACCOUNT,
        REGION,
        Argument("scenario", "Scenario", r"[A-Za-z0-9-]{8,64}", "0f4f6a38-6a0c-4c39-8f6a-386a0c4c39aa"),
        MODE,
    ),
    max_seconds=3600,
    preview=preview,
    watch=watch,
    order=82,
)
