"""A check: its definition compiled once, and its state for one entity at one instant.

States: *pass*, *warn* (it passes, but its evidence is ageing, or its `warn` condition holds), *fail*, *unknown* (a fact
is missing, expired or too old), *not_applicable* (the scope says no), *waived* (it does not pass, and a waiver excuses
it; see `judging`), and *error* (the rule itself broke; it counts like unknown). The scope (`applies`) reads the last
known facts, expired ones too: a check does not stop to apply because its evidence has gone stale.

A check that people answer (`kind: manual`) or a program does (`kind: pushed`) reads a fact of its own, see `answer_key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .conditions import Leaf, Node, Rule, compile_rule, leaves, parse
from .evidence import Evidence, Snapshot, elements
from .explain import explain
from .operators import DAY, instant

PASS: Final = "pass"  # noqa: S105  (a state, not a secret)
WARN: Final = "warn"
FAIL: Final = "fail"
UNKNOWN: Final = "unknown"
NOT_APPLICABLE: Final = "not_applicable"
WAIVED: Final = "waived"
ERROR: Final = "error"
STATES: Final = (PASS, WARN, FAIL, UNKNOWN, WAIVED, NOT_APPLICABLE, ERROR)
#: A check in one of these holds what it asks.
MET: Final = (PASS, WARN)
#: A check in one of these is left out of points and levels.
OUTSIDE: Final = (NOT_APPLICABLE, WAIVED)

PILLARS: Final = ("operationalExcellence", "security", "reliability", "performance", "costOptimization")
LEVELS: Final = ("bronze", "silver", "gold")

CONDITION: Final = "condition"
PUSHED: Final = "pushed"
MANUAL: Final = "manual"
KINDS: Final = (CONDITION, PUSHED, MANUAL)


@dataclass(frozen=True, slots=True)
class Check:
    """One compiled check. `effort` in minutes, `weight` 1 to 10, ages in seconds; `timed`: it depends on the clock.

    `knock_out` is the highest level that its pillar may have while it fails ("" for no cap); `requires` are ids of checks
    without which it cannot pass.
    """

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
    warn: Rule | None = None
    warn_age: float | None = None
    knock_out: str = ""
    requires: tuple[str, ...] = ()
    asked: tuple[Leaf, ...] = ()


def answer_key(kind: str, check_id: str) -> str:
    """The key of the fact that holds what people (manual) or a program (pushed) said about a check."""
    return f"{kind}.{check_id.replace('.', '_')}"


def _trees(definition: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """The conditions of passing and of warning; those of an answered check follow from its kind."""
    kind = definition.get("kind", CONDITION)
    if kind == CONDITION:
        return definition["when"], definition.get("warn")
    key = answer_key(kind, definition["id"])
    return {"path": f"{key}.passed", "op": "eq", "value": True}, {"path": f"{key}.state", "op": "eq", "value": WARN}


def compile_check(definition: Mapping[str, Any]) -> Check:
    """Compile a validated definition (see `validate.problems`)."""
    passing, warning = _trees(definition)
    when, warn = parse(passing), parse(warning) if warning else None
    applies = parse(definition["applies"]) if definition.get("applies") else None
    parts = tuple(leaf for node in (when, applies, warn) if node is not None for leaf in leaves(node))
    # An answer carries its own expiry, so that its age is judged once.
    ages = definition.get("kind", CONDITION) == CONDITION
    max_age = float(definition["max_age"]) if ages and definition.get("max_age") else None
    warn_age = float(definition["warn_age"]) if definition.get("warn_age") else None
    return Check(
        id=definition["id"],
        pillar=definition["pillar"],
        title=definition["title"],
        weight=int(definition["weight"]),
        level=definition["level"],
        effort=int(definition.get("effort", 0)),
        max_age=max_age,
        when=when,
        applies=applies,
        keys=frozenset(leaf.path.key for leaf in parts),
        rule=compile_rule(when),
        scope=compile_rule(applies, scope=True) if applies else None,
        timed=bool(max_age or warn_age) or any(leaf.op == "within_days" for leaf in parts),
        warn=compile_rule(warn) if warn else None,
        warn_age=warn_age,
        knock_out=str(definition.get("knock_out") or ""),
        requires=tuple(definition.get("requires") or ()),
        asked=parts,
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
        if truth and (check.warn or check.warn_age) and _doubtful(check, snapshot, facts):
            return WARN
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return ERROR
    return PASS if truth else FAIL


def _doubtful(check: Check, snapshot: Snapshot, facts: Mapping[str, Any]) -> bool:
    """Whether a check that passes does so with a warning: by its own condition, or by the age of what it read."""
    if check.warn is not None and check.warn(facts, snapshot.now):
        return True
    if check.warn_age is None:
        return False
    read = [snapshot.evidence[leaf.path.key] for leaf in leaves(check.when) if leaf.path.key in facts]
    return any(not item.fresh(snapshot.now, check.warn_age) for item in read)


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
        moments += [item.observed_at + age for age in (check.max_age, check.warn_age) if age is not None]
    for leaf in check.asked:
        item = snapshot.evidence.get(leaf.path.key)
        if leaf.op != "within_days" or item is None:
            continue
        for _name, value in elements(item.value, leaf.path.steps):
            seen = instant(value)
            if seen is not None:
                moments.append(seen + float(leaf.value) * DAY)
    return min((moment for moment in moments if moment > now), default=None)
