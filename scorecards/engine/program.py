"""Static validation of what a check says beside its condition: kind, ages, knock-out, requirements, the day it begins.

Also what contradicts itself: a rule that nothing can satisfy, a knock-out that caps nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from .check import CONDITION, KINDS, LEVELS
from .problem import Problem

ID: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9][a-z0-9-]{1,80}")
#: The word for “no level at all”, to which a knock-out may cap.
BELOW: Final = "below"
REQUIRED: Final = 10


def problems(definition: Mapping[str, Any]) -> Iterator[Problem]:
    """Faults of kind, knock_out, requires, enable_on, and of ages that contradict each other."""
    kind = definition.get("kind", CONDITION)
    if kind not in KINDS:
        yield Problem(("kind",), f"must be one of {', '.join(KINDS)}")
    yield from _knock_out(definition)
    yield from _requires(definition)
    yield from _enable_on(definition)
    warn, most = definition.get("warn_age"), definition.get("max_age")
    if isinstance(warn, int) and isinstance(most, int) and warn >= most:
        yield Problem(("warn_age",), "contradicts max_age: it must be less, or the check is unknown before it warns")
    if isinstance(definition.get("when"), Mapping):
        yield from contradictions(definition["when"], ("when",))


def _knock_out(definition: Mapping[str, Any]) -> Iterator[Problem]:
    cap, level = definition.get("knock_out"), definition.get("level")
    if cap is None:
        return
    caps = (BELOW, *LEVELS[:-1])
    if cap not in caps:
        yield Problem(("knock_out",), f"must be one of {', '.join(caps)}: the highest level while the check fails")
    elif level in LEVELS and caps.index(cap) >= LEVELS.index(level):
        yield Problem(
            ("knock_out",), f"contradicts level: failing a {level} check caps its pillar below {level} anyway"
        )


def _requires(definition: Mapping[str, Any]) -> Iterator[Problem]:
    needs = definition.get("requires")
    if needs is None:
        return
    if not isinstance(needs, list) or not 1 <= len(needs) <= REQUIRED:
        yield Problem(("requires",), f"must be a list of 1 to {REQUIRED} ids of checks")
        return
    for number, need in enumerate(needs):
        if not isinstance(need, str) or not ID.fullmatch(need):
            yield Problem(("requires", number), "write the id of a check, such as services.lambda-tracing")
        elif need == definition.get("id"):
            yield Problem(("requires", number), "a check cannot require itself")
        elif need in needs[:number]:
            yield Problem(("requires", number), f"{need} stands here twice")


def _enable_on(definition: Mapping[str, Any]) -> Iterator[Problem]:
    text = definition.get("enable_on")
    if text is None:
        return
    try:
        date.fromisoformat(text)
    except (TypeError, ValueError):
        yield Problem(("enable_on",), "write a day such as 2026-12-01")


def contradictions(tree: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Problem]:
    """Parts of an `all` that cannot hold at once; only about single values, as a list may hold many."""
    parts = tree.get("all")
    if isinstance(parts, list):
        seen: dict[str, list[Mapping[str, Any]]] = {}
        for number, part in enumerate(parts):
            if not isinstance(part, Mapping):
                continue
            path = part.get("path")
            if isinstance(path, str) and "[*]" not in path:
                other = next((one for one in seen.get(path, ()) if _clash(one, part)), None)
                if other is not None:
                    said = f"{other.get('op')} {other.get('value')!r}"
                    yield Problem((*at, "all", number), f"contradicts another part: {path} must also be {said}")
                seen.setdefault(path, []).append(part)
            yield from contradictions(part, (*at, "all", number))
    for number, part in enumerate(tree.get("any") or () if isinstance(tree.get("any"), list) else ()):
        if isinstance(part, Mapping):
            yield from contradictions(part, (*at, "any", number))


def _clash(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two leaves about the same value can never both hold."""
    ops = {one.get("op"): one.get("value"), other.get("op"): other.get("value")}
    if one.get("op") == other.get("op") == "eq":
        return bool(one.get("value") != other.get("value"))
    if "eq" in ops and "ne" in ops:
        return bool(ops["eq"] == ops["ne"])
    if "exists" in ops and "absent" in ops:
        return True
    if "eq" in ops and "in" in ops and isinstance(ops["in"], list):
        return ops["eq"] not in ops["in"]
    return _empty(one, other) or _empty(other, one)


def _empty(low: Mapping[str, Any], high: Mapping[str, Any]) -> bool:
    """Whether “at least this” and “at most that” leave no number between them."""
    least, most = low.get("value"), high.get("value")
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (least, most)):
        return False
    floor, roof = low.get("op"), high.get("op")
    if floor not in ("gt", "gte", "eq") or roof not in ("lt", "lte", "eq") or floor == roof:
        return False
    strict = floor == "gt" or roof == "lt"
    return bool(least >= most if strict else least > most)  # type: ignore[operator]
