"""Faults of the proxy: each is one toxic under a name of ours, armed, applied and undone as any other change.

The toxic carries a time to live as its dead-man: should the portal and its database be lost, it still ends by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from chaos.faults.registry import Argument, Arguments, Fault, Preview
from chaos.local import client
from chaos.local.errors import PLACE
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

PROXY = Argument("proxy", "Proxy", r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", "checkout.redis")
SHARE = Argument("percent", "Share of connections in percent", r"100|[1-9][0-9]?", "20", optional=True)
"""Without it all of them are hit."""
MAX_SECONDS = 900


@dataclass(frozen=True)
class ToxicFault:
    """How one fault becomes toxics: `toxics` makes them from checked arguments, `words` says what connections do."""

    key: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    toxics: Callable[[Arguments], list[dict[str, Any]]]
    words: Callable[[Arguments], str]
    order: int

    def preview(self, service: Entity, arguments: Arguments) -> Preview:
        """Whether the proxy is the service's own and runs. Raises LocalFaultError."""
        name = arguments["proxy"]
        route = settings.FAULT_PROXIES.get(name)
        refusal = _refusal(service, name, route)
        if not refusal and any(toxic["name"] in self._names(arguments) for toxic in client.toxics(name)):
            refusal = f"{name} has this fault already: undo the other change first."
        made = [{**toxic, "ttl": MAX_SECONDS} for toxic in self.toxics(arguments)]
        return Preview(
            target={**PLACE, "proxy": name, "toxics": made},
            sentence=f"{share(arguments)} % of the connections of {service.name} through {name} {self.words(arguments)}.",
            rows=((name, route or "not listed"),),
            refusal=refusal,
        )

    def _names(self, arguments: Arguments) -> set[str]:
        return {toxic["name"] for toxic in self.toxics(arguments)}

    def fault(self) -> Fault:
        """The fault for the registry."""
        return Fault(
            key=self.key, title=self.title, description=self.description, kind=self.key,
            arguments=(PROXY, *self.arguments), max_seconds=MAX_SECONDS, preview=self.preview, order=self.order,
            watch=watch,
        )  # fmt: skip

    def kind(self) -> Kind:
        """The kind of change for the registry."""
        return Kind(
            key=self.key, title=f"{self.title} by a toxic of the fault proxy", observe=observe, apply=apply, undo=undo,
            verify_applied=verify_applied, verify_undone=verify_undone,
        )  # fmt: skip


def share(arguments: Arguments) -> int:
    """The percentage of the connections that is hit."""
    return int(arguments.get("percent", "100"))


def _refusal(service: Entity, name: str, route: str | None) -> str:
    if route is None:
        return f"{name} is no proxy of this portal: list it in FAULT_PROXIES."
    if name != service.name and not name.startswith(f"{service.name}."):
        return f"{name} is not a proxy of {service.name}: those are called {service.name}.SOMETHING."
    return ""


def observe(target: Target) -> Seen:
    """That none of the toxics is there. Raises LocalFaultError; ValueError where one is."""
    if present := _present(target):
        raise ValueError(f"{target['proxy']} has {', '.join(sorted(present))} already: undo the other change first")
    return {**PLACE, "toxics": []}


def apply(target: Target) -> None:
    """Add the toxics."""
    for toxic in target["toxics"]:
        client.add(target["proxy"], toxic)


def undo(target: Target, before: Seen) -> None:
    """Take the toxics out; those that ended by themselves are gone already."""
    for toxic in target["toxics"]:
        client.remove(target["proxy"], toxic["name"])


def verify_applied(target: Target) -> bool:
    """Whether the proxy shows every toxic with its numbers."""
    present = _present(target)
    return all(_same(toxic, present.get(toxic["name"])) for toxic in target["toxics"])


def watch(target: Target) -> str:
    """Why the toxics are no longer in place, or "". Raises LocalFaultError."""
    return "" if verify_applied(target) else f"The fault of {target['proxy']} has ended before the experiment did."


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the proxy answers and shows none of the toxics."""
    return not _present(target)


def _present(target: Target) -> dict[str, Mapping[str, Any]]:
    names = {toxic["name"] for toxic in target["toxics"]}
    return {toxic["name"]: toxic for toxic in client.toxics(target["proxy"]) if toxic["name"] in names}


def _same(wanted: Mapping[str, Any], seen: Mapping[str, Any] | None) -> bool:
    return seen is not None and all(
        seen.get(key) == wanted[key] for key in ("type", "stream", "toxicity", "attributes")
    )
