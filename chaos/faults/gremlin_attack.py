"""An attack of Gremlin on hosts that are tagged for the service. Its length is its dead-man: it ends by itself.

The target names no AWS account, so that the start stays in the worker: it needs the database, where it is kept.
Account and region are asked for only because the probes are read there.
"""

from __future__ import annotations

import uuid

from chaos.engine import gremlin_words
from chaos.faults.registry import ACCOUNT, MODE, REGION, Argument, Arguments, Fault, Preview
from chaos.gremlin import attacks, starts
from chaos.gremlin.errors import GremlinError
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "gremlin-attack"
LONGEST = 3600


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which agents carry the service's tag, and how many of them would be hit. Raises nothing: what fails is the refusal."""
    tags, seconds = {"service": service.name}, int(arguments["seconds"])
    target: Target = {"seconds": seconds, "tags": tags}
    attack, hosts = arguments["attack"], arguments["hosts"]
    measure = gremlin_words.ATTACKS[attack]
    sentence = f"{measure.title} by Gremlin on {hosts} of the hosts of {service.name} for {seconds} s."
    try:
        target["command"] = gremlin_words.command(attack, int(arguments["amount"]), arguments["port"], seconds)
        target["select"] = gremlin_words.target(tags, hosts)
        found = attacks.agents(tags)
    except ValueError as error:
        return Preview(target, sentence, refusal=str(error))
    target["agents"] = found
    rows = [(name, "agent, may be hit") for name in found]
    return Preview(
        target=target,
        sentence=sentence,
        rows=(*rows, ("Dead-man", f"Gremlin's agents end it after {seconds} s, whoever is alive.")),
        refusal=_refusal(service, seconds, found),
        hit=gremlin_words.hit(hosts, len(found)),
        total=len(found),
    )


def _refusal(service: Entity, seconds: int, found: list[str]) -> str:
    if not 10 <= seconds <= LONGEST:
        return f"The length is 10 to {LONGEST} seconds."
    if not found:
        return f"No active Gremlin agent is tagged with service={service.name}, so nothing would be hit."
    return ""


def mark(target: Target) -> Target:
    """Give this change the token that its start is kept under."""
    return {**target, "token": uuid.uuid4().hex}


def observe(target: Target) -> Seen:
    """Nothing is kept from before: an attack that is over leaves nothing behind. Raises GremlinError without a way to Gremlin."""
    attacks.agents(target["tags"])
    return {}


def apply(target: Target) -> None:
    """Start the attack, at most once. Raises GremlinError."""
    starts.begin(target["token"], lambda: attacks.start(target["command"], target["select"]))


def undo(target: Target, before: Seen) -> None:
    """Halt it. Raises GremlinError."""
    starts.end(target["token"], attacks.over, attacks.halt)


def verify_applied(target: Target) -> bool:
    """Whether Gremlin has it and does not say that it failed. Raises GremlinError with its words where it does."""
    guid = starts.ident(target["token"])
    reason = gremlin_words.gone_wrong(attacks.look(guid)) if guid else ""
    if reason:
        raise GremlinError(reason)
    return bool(guid)


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether it is over; a state that is not known counts as running. Raises GremlinError."""
    return starts.ended(target["token"], attacks.over)


def watch(target: Target) -> str:
    """Why the attack is no longer what was asked for, or "". Raises GremlinError."""
    guid = starts.ident(target["token"])
    return gremlin_words.gone_wrong(attacks.look(guid)) if guid else ""


KIND = Kind(
    key=KEY,
    title="Attack by Gremlin",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    mark=mark,
)
FAULT = Fault(
    key=KEY,
    title="Gremlin attack",
    description="Latency, packet loss, blackhole, CPU, memory or a restart on hosts that carry the service's tag in Gremlin.",
    kind=KEY,
    arguments=(
        ACCOUNT,
        REGION,
        Argument("attack", "Attack", "|".join(gremlin_words.ATTACKS), "latency"),
        Argument("amount", "Amount (ms, %, or minutes)", r"\d{1,5}", "100"),
        Argument("port", "Port, or all", r"all|[1-9]\d{0,4}", "443"),
        Argument("hosts", "Hosts, as a number or a share", r"[1-9]\d{0,2}%?", "50%"),
        Argument("seconds", "Length in seconds", r"[1-9]\d{1,3}", "120"),
        MODE,
    ),
    max_seconds=LONGEST,
    preview=preview,
    watch=watch,
    order=81,
)
