"""Gremlin's words: the arguments of its attacks, and what its answers say of their state.

The arguments follow Gremlin's public Python client (0.20.1). The words for states are in no public model: a word that is
not known here means that the attack may still run, never that it is over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ENDED = frozenset({"successful", "complete", "completed", "finished"})
HALTED = frozenset({"userhalted", "halted"})
FAILED = frozenset({"failed", "initializationfailed", "targetnotfound"})
KEYS = ("stageLifecycle", "stage", "state", "status")
IDENT = re.compile(r"[A-Za-z0-9-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Measure:
    """What the amount of an attack means, and its bounds."""

    title: str
    unit: str
    low: int
    high: int
    network: bool = False


ATTACKS = {
    "latency": Measure("Latency", "ms for each packet", 1, 60_000, network=True),
    "packet_loss": Measure("Packet loss", "% of the packets", 1, 100, network=True),
    "blackhole": Measure("Blackhole", "(no amount: 0)", 0, 0, network=True),
    "cpu": Measure("CPU", "% of every core", 1, 100),
    "memory": Measure("Memory", "% of the memory", 1, 95),
    "shutdown": Measure("Shutdown", "minutes before the restart", 0, 10),
}


def command(attack: str, amount: int, port: str, seconds: int) -> dict[str, Any]:
    """The `command` of an attack. Raises ValueError with a sentence for an amount out of bounds."""
    measure = ATTACKS[attack]
    if not measure.low <= amount <= measure.high:
        raise ValueError(f"{measure.title} takes {measure.low} to {measure.high} {measure.unit}.")
    if port != "all" and not (measure.network and 1 <= int(port) <= 65_535):
        raise ValueError(
            f"{measure.title} does not take the port {port}: write all, or a port of 1 to 65535 for networks."
        )
    if attack == "shutdown":
        return {"type": attack, "args": ["-d", str(amount), "-r"]}
    flags = {"latency": ["-m"], "packet_loss": ["-r"], "cpu": ["-a", "-p"], "memory": ["-p"]}.get(attack)
    args = ["-l", str(seconds), *([*flags, str(amount)] if flags else [])]
    return {"type": attack, "args": args if port == "all" else [*args, "-p", port]}


def target(tags: Mapping[str, str], hosts: str) -> dict[str, Any]:
    """The `target`: hosts with all these tags, `2` of them or `50%`, by chance. Raises ValueError."""
    chosen = {"type": "Random", "hosts": {"multiSelectTags": {key: [value] for key, value in tags.items()}}}
    number = int(hosts.rstrip("%"))
    if hosts.endswith("%"):
        if not 1 <= number <= 100:
            raise ValueError("A share of the hosts is 1% to 100%.")
        return {**chosen, "percent": number}
    if number < 1:
        raise ValueError("Hit at least one host.")
    return {**chosen, "exact": str(number)}


def hit(hosts: str, found: int) -> int:
    """How many of so many hosts `2` or `50%` is; of a share at least one."""
    number = int(hosts.rstrip("%"))
    return min(found, max(1, found * number // 100) if hosts.endswith("%") else number)


def words(answer: Any) -> set[str]:
    """The words of an answer that tell a state, in small letters without blanks."""
    rows = answer if isinstance(answer, dict) else {}
    told = [row for key in KEYS if isinstance(row := rows.get(key), str)]
    return {re.sub(r"[^a-z]", "", word.lower()) for word in told}


def ended(answer: Any) -> bool:
    """Whether the answer says that it is over; an unknown word does not."""
    return bool(words(answer) & (ENDED | HALTED | FAILED))


def gone_wrong(answer: Any) -> str:
    """Why the fault cannot count as in place, or ""."""
    said = words(answer)
    if said & FAILED:
        return f"The Gremlin attack failed ({', '.join(sorted(said))})."
    return "Somebody halted the Gremlin attack." if said & HALTED else ""


def ident(text: str) -> str:
    """The id of an answer's body, which is the bare id or a JSON string; "" where it is neither."""
    bare = text.strip().strip('"')
    return bare if IDENT.fullmatch(bare) else ""


def matching(agents: Any, tags: Mapping[str, str]) -> list[str]:
    """Names of the agents in an answer of `/clients/active` that carry all these tags."""
    rows = agents.get("items") if isinstance(agents, dict) else agents
    return sorted(
        str(row.get("identifier") or row.get("guid") or "agent")
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and _carries(row.get("tags"), tags)
    )


def _carries(told: Any, wanted: Mapping[str, str]) -> bool:
    if not isinstance(told, dict):
        return False
    return all(value in (row if isinstance(row := told.get(key), list) else [row]) for key, value in wanted.items())
