"""Why a condition came out as it did: one entry per leaf, stable as long as the facts are (no ages, no clock)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .conditions import Branch, Leaf, Negation, Node, ask
from .evidence import MISSING, Evidence, Snapshot, elements, step_into
from .operators import Truth, wanted

#: How many failing elements an explanation names; it always gives their number.
NAMED = 12
_TEXT = 200


def explain(node: Node, snapshot: Snapshot, max_age: float | None = None) -> list[dict[str, Any]]:
    """Every leaf's entry: path, fact, op, wanted, truth (after any `not`), found, failing items, and why it is unknown.

    `max_age` in seconds. Keys: path, fact, source, url, wanted, truth (true|false|null), found, and where they say
    something: of, failing, failing_count, unknown (never observed|expired|too old|no such field|cannot be compared).
    """
    return list(_walk(node, snapshot, max_age, negated=False))


def _walk(node: Node, snapshot: Snapshot, max_age: float | None, negated: bool) -> Iterator[dict[str, Any]]:
    if isinstance(node, Leaf):
        yield _leaf(node, snapshot, max_age, negated)
    elif isinstance(node, Negation):
        yield from _walk(node.part, snapshot, max_age, not negated)
    elif isinstance(node, Branch):
        for part in node.parts:
            yield from _walk(part, snapshot, max_age, negated)


def _leaf(leaf: Leaf, snapshot: Snapshot, max_age: float | None, negated: bool) -> dict[str, Any]:
    evidence = snapshot.evidence.get(leaf.path.key)
    entry: dict[str, Any] = {
        "path": leaf.path.text,
        "fact": leaf.path.key,
        "source": evidence.source if evidence else "",
        "url": evidence.url if evidence else "",
        "wanted": f"not: {wanted(leaf.op, leaf.value)}" if negated else wanted(leaf.op, leaf.value),
        "some": leaf.some,
        "truth": None,
        "found": None,
    }
    stale = _stale(evidence, snapshot.now, max_age)
    if evidence is None or stale:
        entry["unknown"] = stale
        return entry
    if not leaf.path.quantified:
        value = evidence.value
        for step in leaf.path.steps:
            value = step_into(value, step)
        return _finish(entry, value, _turned(ask(leaf, value, snapshot.now), negated))
    answers = [
        (name, value, _turned(ask(leaf, value, snapshot.now), negated))
        for name, value in elements(evidence.value, leaf.path.steps)
    ]
    return _quantified(entry, answers, leaf.some is not negated)


def _stale(evidence: Evidence | None, now: float, max_age: float | None) -> str:
    if evidence is None:
        return "never observed"
    if evidence.fresh(now, max_age):
        return ""
    return "too old" if evidence.fresh(now) else "expired"


def _turned(truth: Truth, negated: bool) -> Truth:
    return truth if truth is None or not negated else not truth


def _finish(entry: dict[str, Any], value: Any, truth: Truth) -> dict[str, Any]:
    entry["truth"] = truth
    entry["found"] = shown(value)
    if truth is None:
        entry["unknown"] = "no such field" if value is MISSING else "cannot be compared"
    return entry


def _quantified(entry: dict[str, Any], answers: list[tuple[str, Any, Truth]], one_is_enough: bool) -> dict[str, Any]:
    truths = [truth for _name, _value, truth in answers]
    decisive = one_is_enough
    entry["truth"] = decisive if decisive in truths else None if None in truths else not decisive
    failing = [(name, value) for name, value, truth in answers if truth is False]
    entry["of"] = len(answers)
    if failing and entry["truth"] is not True:
        entry["failing_count"] = len(failing)
        entry["failing"] = [{"name": name, "found": shown(value)} for name, value in failing[:NAMED]]
    entry["found"] = _distinct([value for _name, value, _truth in answers])
    if entry["truth"] is None:
        undecided = next(value for _name, value, truth in answers if truth is None)
        entry["unknown"] = "no such field" if undecided is MISSING else "cannot be compared"
    return entry


def _distinct(values: list[Any]) -> Any:
    seen: list[Any] = []
    for value in values:
        text = shown(value)
        if text not in seen:
            seen.append(text)
        if len(seen) > 4:
            return [*seen[:4], "…"]
    return seen


def shown(value: Any) -> Any:
    """A found value small enough to keep: plain values as they are, long texts cut, collections counted."""
    if value is MISSING:
        return "missing"
    if isinstance(value, str):
        return value if len(value) <= _TEXT else f"{value[: _TEXT - 1]}…"
    if isinstance(value, list):
        return f"{len(value)} entries" if len(value) != 1 else "1 entry"
    if isinstance(value, dict):
        return f"{len(value)} fields" if len(value) != 1 else "1 field"
    return value
