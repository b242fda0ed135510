"""What changed in a mesh between two readings, and which services the change reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Item = Mapping[str, Any]

FIELDS = {
    "match": "match", "protocol": "protocol", "retries": "retries", "retry_on": "retried on",
    "timeout_ms": "timeout (ms)", "idle_timeout_ms": "idle timeout (ms)",
}  # fmt: skip
MESH_FIELDS = {
    "encrypted": "TLS",
    "authenticated": "check of callers",
    "access_logs": "access logs",
    "network": "network",
}


@dataclass(frozen=True)
class Change:
    """One change in words. `reached` names what the changed route leads to and who may call it: its blast radius."""

    mesh: str
    route: str
    words: str
    reached: tuple[str, ...]


def changes(before: Sequence[Item], after: Sequence[Item]) -> tuple[Change, ...]:
    """All differences of configuration between two readings of `aws.mesh`; how much traffic there was is none."""
    old, new = _by_arn(before), _by_arn(after)
    found: list[Change] = []
    for arn in sorted({*old, *new}):
        if arn not in old:
            found.append(_whole(new[arn], "joined the mesh" if new[arn].get("technology") != "App Mesh" else "came"))
        elif arn not in new:
            found.append(_whole(old[arn], "is gone"))
        else:
            found += _routes(old[arn], new[arn])
            found += _mesh(old[arn], new[arn])
    return tuple(found)


def _by_arn(items: Sequence[Item]) -> dict[str, Item]:
    return {str(item["arn"]): item for item in items}


def _whole(item: Item, words: str) -> Change:
    reached = {name for route in item.get("routes") or () for name in _reached(route)}
    return Change(
        str(item["name"]), "", f"{item.get('technology', 'The mesh')} {item['name']} {words}", tuple(sorted(reached))
    )


def _reached(*routes: Item) -> tuple[str, ...]:
    names = {str(target["name"]) for route in routes for target in route.get("targets") or ()}
    return tuple(sorted(names | {str(caller) for route in routes for caller in route.get("callers") or ()}))


def _routes(old: Item, new: Item) -> Iterator[Change]:
    # A reading of an older version of the portal counted the routes and did not name them.
    if not isinstance(old.get("routes"), list) or not isinstance(new.get("routes"), list):
        return
    was = {str(route["name"]): route for route in old["routes"]}
    now = {str(route["name"]): route for route in new["routes"]}
    for name in sorted({*was, *now}):
        if name not in was:
            yield Change(str(new["name"]), name, "The route is new", _reached(now[name]))
        elif name not in now:
            yield Change(str(new["name"]), name, "The route is gone", _reached(was[name]))
        else:
            words = "; ".join(_differences(was[name], now[name]))
            if words:
                yield Change(str(new["name"]), name, words, _reached(was[name], now[name]))


def _differences(was: Item, now: Item) -> Iterator[str]:
    before, after = _weights(was), _weights(now)
    if before != after:
        yield f"weights {_split(before)} → {_split(after)}"
    for field, words in FIELDS.items():
        if was.get(field) != now.get(field):
            yield f"{words} {_plain(was.get(field))} → {_plain(now.get(field))}"


def _weights(route: Item) -> dict[str, float]:
    return {str(target["name"]): float(target.get("share", 0)) for target in route.get("targets") or ()}


def _split(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share * 100:.0f} %" for name, share in sorted(weights.items())) or "nothing"


def _plain(value: Any) -> str:
    if value in (None, "", [], ()):
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(str(entry) for entry in value) if isinstance(value, list | tuple) else str(value)


def _mesh(old: Item, new: Item) -> Iterator[Change]:
    everything = tuple(sorted({name for route in new.get("routes") or () for name in _reached(route)}))
    for field, words in MESH_FIELDS.items():
        if field in old and old.get(field) != new.get(field):
            text = f"{words} {_plain(old.get(field))} → {_plain(new.get(field))}"
            yield Change(str(new["name"]), "", text.capitalize() if words != "TLS" else text, everything)
    was = {str(member["name"]): member for member in old.get("members") or ()}
    now = {str(member["name"]): member for member in new.get("members") or ()}
    for name in sorted({*was, *now} if "members" in old else ()):
        if name not in was:
            yield Change(str(new["name"]), "", f"Member {name} is new", everything)
        elif name not in now:
            yield Change(str(new["name"]), "", f"Member {name} is gone", everything)
        elif any(was[name].get(field) != now[name].get(field) for field in ("tls", "outlier", "address")):
            yield Change(str(new["name"]), "", f"Member {name}: TLS, outlier detection or address changed", everything)
