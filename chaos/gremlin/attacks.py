"""Attacks: start, look, halt; and the halt of everything."""

from __future__ import annotations

from typing import Any

from chaos.engine import gremlin_words
from chaos.gremlin import client
from chaos.gremlin.errors import Unsure


def start(command: dict[str, Any], target: dict[str, Any]) -> str:
    """Start an attack and answer its id. Raises GremlinError, Unsure where the id cannot be read."""
    found = gremlin_words.ident(client.call("POST", "/attacks/new", {"command": command, "target": target}).body)
    if not found:
        raise Unsure("Gremlin took the attack, but its answer names no id.")
    return found


def look(guid: str) -> Any:
    """What Gremlin says of an attack. Raises GremlinError."""
    return client.read(f"/attacks/{guid}")


def over(guid: str) -> bool:
    """Whether an attack is over: by its own words, else by the list of those that are complete. Raises GremlinError."""
    return gremlin_words.ended(look(guid)) or guid in _guids("/attacks/completed/paged")


def halt(guid: str) -> None:
    """Halt one attack; halting it again does nothing. Raises GremlinError."""
    client.call("DELETE", f"/attacks/{guid}", urgent=True)


def halt_everything(reason: str) -> None:
    """Halt all attacks and scenarios of the team; Gremlin documents it as idempotent. Raises GremlinError."""
    client.call("POST", "/halts", {"reason": reason[:200], "reference": "colonnade"}, urgent=True)


def active() -> bool:
    """Whether anything is active at the team. Raises GremlinError."""
    return bool(_guids("/attacks/active/paged"))


def agents(tags: dict[str, str]) -> list[str]:
    """Names of the active agents with these tags. Raises GremlinError."""
    return gremlin_words.matching(client.read("/clients/active"), tags)


def _guids(path: str) -> set[str]:
    """Ids of the newest page of a list. Raises Unsure where the answer is no such list."""
    answer = client.read(path, pageSize="100")
    rows = answer.get("items") if isinstance(answer, dict) else answer
    if not isinstance(rows, list):
        raise Unsure("Gremlin's list of attacks cannot be read.")
    return {str(row.get("guid", "")) for row in rows if isinstance(row, dict)}
