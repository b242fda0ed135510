"""Packet loss on this machine: the kernel drops a share of what reaches the service's own network namespace."""

from __future__ import annotations

from django.conf import settings

from chaos.faults.registry import Argument, Arguments, Fault, Preview
from chaos.local import namespace
from chaos.local.errors import PLACE
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "nft-packet-loss"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Whether the namespace is the service's own and this machine has the rights. Raises LocalFaultError."""
    name, percent = arguments["namespace"], arguments["percent"]
    return Preview(
        target={**PLACE, "namespace": name, "percent": float(percent)},
        sentence=f"{percent} % of the packets that reach {service.name} in {name} are lost.",
        rows=((name, "network namespace of this machine"),),
        refusal=_refusal(service, name),
    )


def _refusal(service: Entity, name: str) -> str:
    if settings.FAULT_NAMESPACES.get(service.name) != name:
        return f"{name} is not the namespace of {service.name}: list it in FAULT_NAMESPACES."
    if reason := namespace.unable():
        return f"Packets cannot be lost on this machine: {reason}."
    if not namespace.exists(name):
        return f"There is no namespace {name}: make it with manage.py fault_namespace {name}."
    if namespace.dropping(name):
        return f"{name} loses packets already: undo the other change first."
    return ""


def observe(target: Target) -> Seen:
    """That nothing is lost yet. Raises LocalFaultError; ValueError where it is."""
    if reason := namespace.unable():
        raise ValueError(f"packets cannot be lost on this machine: {reason}")
    if namespace.dropping(target["namespace"]):
        raise ValueError(f"{target['namespace']} loses packets already: undo the other change first")
    return {**PLACE, "dropping": False}


def apply(target: Target) -> None:
    """Add the rule."""
    namespace.drop(target["namespace"], target["percent"])


def undo(target: Target, before: Seen) -> None:
    """Delete the table with the rule."""
    namespace.restore(target["namespace"])


def verify_applied(target: Target) -> bool:
    """Whether the rule is in place."""
    return namespace.dropping(target["namespace"])


def watch(target: Target) -> str:
    """Why packets are no longer lost, or "". Raises LocalFaultError."""
    return "" if verify_applied(target) else f"{target['namespace']} loses no packets any more."


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the rule is gone, or the namespace itself."""
    return not namespace.dropping(target["namespace"])


KIND = Kind(
    key=KEY,
    title="Packet loss by nftables in a network namespace",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Packet loss (this machine)",
    description="Loses a random share of the packets that reach the service's network namespace on this machine.",
    kind=KEY,
    arguments=(
        Argument("namespace", "Network namespace", r"colonnade-[a-z0-9-]{1,40}", "colonnade-checkout"),
        Argument("percent", "Share of packets in percent", r"100|[1-9][0-9]?", "10"),
    ),
    max_seconds=900,
    preview=preview,
    order=230,
    watch=watch,
)
