"""A check: its definition compiled once, and its state for one entity at one instant.

States: *pass*, *fail*, *unknown* (a fact is missing, expired or too old), *not_applicable* (the scope says no), and
*error* (the rule itself broke; it counts like unknown). The scope (`applies`) reads the last known facts, expired ones
too: a check does not stop to apply because its evidence has gone stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .conditions import Node, Rule, compile_rule, leaves, parse
from .evidence import Evidence, Snapshot, elements
from .explain import explain
from .operators import DAY, instant

PASS: Final = "pass"  # noqa: S105  (a state, not a secret)
FAIL: Final = "fail"
UNKNOWN: Final = "unknown"
NOT_APPLICABLE: Final = "not_applicable"
ERROR: Final = "error"
STATES: Final = (PASS, FAIL, UNKNOWN, NOT_APPLICABLE, ERROR)

PILLARS: Final = ("operationalExcellence", "security", "reliability", "performance", "costOptimization")
LEVELS: Final = ("bronze", "silver", "gold")


@dataclass(frozen=True, slots=True)
class Check:
    """One compiled check. `effort` in minutes, `weight` 1 to 10, `max_age` in seconds; `timed`: it depends on the clock."""

    id: str
    pillar: str
    title: str
    weight: int
    level: str
    effort: int
    max_age: float | None
    when: Node
    applies: Node | None
    keys: frozenset[str]
    rule: Rule
    scope: Rule | None
    timed: bool


def compile_check(definition: Mapping[str, Any]) -> Check:
    """Compile a validated definition (see `validate.problems`)."""
    when = parse(definition["when"])
    applies = parse(definition["applies"]) if definition.get("applies") else None
    parts = [*leaves(when), *(leaves(applies) if applies else ())]
    return Check(
        id=definition["id"],
        pillar=definition["pillar"],
        title=definition["title"],
        weight=int(definition["weight"]),
        level=definition["level"],
        effort=int(definition.get("effort", 0)),
        max_age=float(definition["max_age"]) if definition.get("max_age") else None,
        when=when,
        applies=applies,
        keys=frozenset(leaf.path.key for leaf in parts),
        rule=compile_rule(when),
        scope=compile_rule(applies, scope=True) if applies else None,
        timed=bool(definition.get("max_age")) or any(leaf.op == "within_days" for leaf in parts),
    )


def judge(check: Check, snapshot: Snapshot) -> str:
    """The check's state for the facts of a snapshot; never raises."""
    try:
        if check.scope is not None:
            applies = check.scope(snapshot.known, snapshot.now)
            if not applies:
                return NOT_APPLICABLE if applies is False else UNKNOWN
        facts = snapshot.fresh if check.max_age is None else snapshot.usable(check.max_age)
        truth = check.rule(facts, snapshot.now)
        if truth is None:
            return UNKNOWN
        if truth and check.scope is None and _about_nothing(check, facts):
            return NOT_APPLICABLE
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return ERROR
    return PASS if truth else FAIL


def _about_nothing(check: Check, facts: Mapping[str, Any]) -> bool:
    """Whether every leaf asks “every element of …” and there is no element at all: nothing was proven then."""
    for leaf in leaves(check.when):
        if not leaf.path.quantified or any(True for _ in elements(facts.get(leaf.path.key), leaf.path.steps)):
            return False
    return True


def reason(check: Check, snapshot: Snapshot, state: str) -> dict[str, Any]:
    """What stands behind a state, to be stored: the leaves of `when`, or those of `applies` if they decided."""
    if state == ERROR:
        return {"error": "the rule could not be evaluated", "leaves": []}
    if check.applies is not None and not _in_scope(check, snapshot):
        known = Snapshot(
            {key: _ageless(item) for key, item in snapshot.evidence.items() if key in check.keys}, snapshot.now
        )
        return {"scope": True, "leaves": explain(check.applies, known)}
    return {"leaves": explain(check.when, snapshot, check.max_age)}


def _in_scope(check: Check, snapshot: Snapshot) -> bool:
    return bool(check.scope and check.scope(snapshot.known, snapshot.now))


def _ageless(item: Evidence) -> Evidence:
    # The scope was judged by the last known value, so its explanation must not call it expired.
    return replace(item, expires_at=None)


def next_change(check: Check, snapshot: Snapshot) -> float | None:
    """The next instant (epoch seconds) at which time alone may change the check's state, or None."""
    now = snapshot.now
    moments: list[float] = []
    for key in check.keys:
        item = snapshot.evidence.get(key)
        if item is None:
            continue
        if item.expires_at is not None:
            moments.append(item.expires_at)
        if check.max_age is not None:
            moments.append(item.observed_at + check.max_age)
    for leaf in (*leaves(check.when), *(leaves(check.applies) if check.applies else ())):
        item = snapshot.evidence.get(leaf.path.key)
        if leaf.op != "within_days" or item is None:
            continue
        for _name, value in elements(item.value, leaf.path.steps):
            seen = instant(value)
            if seen is not None:
                moments.append(seen + float(leaf.value) * DAY)
    return min((moment for moment in moments if moment > now), default=None)
