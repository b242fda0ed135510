"""What the proxy can do to a connection, in Toxiproxy's words. Standard library only: the proxy needs no Django.

Toxiproxy is Shopify's; a toxic is {"name", "type", "stream", "toxicity", "attributes"}. Ours has one more key: "ttl", the
seconds after which it ends by itself unless it is renewed (by sending it again).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", re.ASCII)
UPSTREAM, DOWNSTREAM = "upstream", "downstream"
LONGEST_MS = 3_600_000
LONGEST_TTL = 86_400
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "latency": ("latency", "jitter"),
    "bandwidth": ("rate",),
    "slow_close": ("delay",),
    "timeout": ("timeout",),
    "reset_peer": ("timeout",),
}
"""Types with their attributes: milliseconds, but the rate is KB/s. `timeout` 0 keeps the connection open and silent."""


class Refused(Exception):
    """A request that cannot be done: the HTTP status and what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Toxic:
    """One misbehaviour of one direction; `toxicity` is the share of connections that it hits."""

    name: str
    type: str
    stream: str = DOWNSTREAM
    toxicity: float = 1.0
    attributes: Mapping[str, float] = field(default_factory=dict)
    ttl: float | None = None

    def __getitem__(self, attribute: str) -> float:
        """An attribute; absent ones are 0."""
        return self.attributes.get(attribute, 0.0)

    def as_json(self) -> dict[str, Any]:
        """As Toxiproxy writes it, with the time to live where there is one."""
        attributes = {name: int(self[name]) for name in ATTRIBUTES[self.type]}
        shown = {"name": self.name, "type": self.type, "stream": self.stream, "toxicity": self.toxicity}
        return {**shown, "attributes": attributes, **({"ttl": self.ttl} if self.ttl is not None else {})}


def read(data: Any) -> Toxic:
    """A toxic from JSON. Raises Refused."""
    if not isinstance(data, dict):
        raise Refused(400, "bad request body: give an object")
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in ATTRIBUTES:
        raise Refused(400, f"invalid toxic type: use one of {', '.join(ATTRIBUTES)}")
    stream = data.get("stream") or DOWNSTREAM
    if stream not in (UPSTREAM, DOWNSTREAM):
        raise Refused(400, "stream was invalid, can be either upstream or downstream")
    name = data.get("name") or f"{kind}_{stream}"
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Refused(400, "name: use up to 80 letters, digits, dots, dashes and underscores")
    return change(Toxic(name, kind, stream), data)


def change(toxic: Toxic, data: Any) -> Toxic:
    """The toxic with what JSON changes: toxicity, attributes, ttl. Raises Refused."""
    if not isinstance(data, dict):
        raise Refused(400, "bad request body: give an object")
    given = data.get("attributes") or {}
    if not isinstance(given, dict):
        raise Refused(400, "attributes: give an object")
    known = ATTRIBUTES[toxic.type]
    if unknown := sorted(str(key) for key in given if key not in known):
        raise Refused(400, f"attributes: {unknown[0][:80]} is not known, {toxic.type} has {', '.join(known)}")
    attributes = {**toxic.attributes, **{name: _number(given[name], name, LONGEST_MS) for name in given}}
    if toxic.type == "bandwidth" and attributes.get("rate", 0) < 1:
        raise Refused(400, "rate: give at least 1 KB/s")
    toxicity = _number(data.get("toxicity", toxic.toxicity), "toxicity", 1)
    ttl = data.get("ttl", toxic.ttl)
    lasting = None if ttl is None else _number(ttl, "ttl", LONGEST_TTL)
    return replace(toxic, toxicity=toxicity, attributes=attributes, ttl=lasting)


def _number(value: Any, name: str, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(400, f"{name}: give a number")
    if not 0 <= value <= most:
        raise Refused(400, f"{name}: give a number from 0 to {most:g}")
    return float(value)
