"""All checks of one entity judged together: each by itself, then what it requires, then waivers.

A check that requires others cannot pass while one of them fails or is unknown; one that is waived or does not apply is no
hindrance. A waiver excuses a check that does not pass; one that passes needs none and is a pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from .check import ERROR, FAIL, MET, NOT_APPLICABLE, UNKNOWN, WAIVED, Check, judge
from .evidence import Snapshot
from .scoring import Judged


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state of every check by id, and for those that only lack what they require, the ids of that."""

    states: dict[str, str]
    held: dict[str, tuple[str, ...]] = field(default_factory=dict)


def judge_all(checks: Mapping[str, Check], snapshot: Snapshot, waived: Collection[str] = ()) -> Judgement:
    """Judge every check; `waived` are the ids of those with a waiver in force. Never raises."""
    states: dict[str, str] = {}
    held: dict[str, tuple[str, ...]] = {}
    waiting = [check for check in checks.values() if check.requires]
    for check in checks.values():
        if not check.requires:
            states[check.id] = excused(check.id, judge(check, snapshot), waived)
    while waiting:
        ready = [
            check for check in waiting if not any(need in checks and need not in states for need in check.requires)
        ]
        if not ready:
            # A circle cannot be written, but two files that changed at once may make one.
            states |= {check.id: excused(check.id, ERROR, waived) for check in waiting}
            break
        for check in ready:
            own = judge(check, snapshot)
            state = with_needs(own, [states[need] for need in check.requires if need in states])
            if own in MET and state != own:
                held[check.id] = tuple(need for need in check.requires if states.get(need) in (FAIL, UNKNOWN, ERROR))
            states[check.id] = excused(check.id, state, waived)
        waiting = [check for check in waiting if check.id not in states]
    return Judgement(states, held)


def excused(name: str, state: str, waived: Collection[str]) -> str:
    """The state with a waiver, if there is one for this check."""
    return WAIVED if name in waived and state not in MET and state != NOT_APPLICABLE else state


def with_needs(own: str, needs: Iterable[str]) -> str:
    """Three-valued and: failing beats unknown, unknown beats passing."""
    found = set(needs)
    if own in (NOT_APPLICABLE, ERROR, FAIL):
        return own
    if FAIL in found:
        return FAIL
    return UNKNOWN if found & {UNKNOWN, ERROR} else own


def scored(checks: Mapping[str, Check], judgement: Judgement) -> list[Judged]:
    """The judged checks as the scoring wants them. What lacks only its requirements costs nothing by itself."""
    return [
        Judged(
            name, check.pillar, check.weight, check.level, judgement.states[name],
            0 if name in judgement.held else check.effort, check.knock_out, check.requires,
        )
        for name, check in checks.items()
    ]  # fmt: skip


def circle(requires: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The first circle of requirements, in its order, or () where there is none."""
    done: set[str] = set()
    for start in requires:
        trail: list[str] = []
        found = _descend(start, requires, trail, done)
        if found:
            return found
    return ()


def _descend(name: str, requires: Mapping[str, Collection[str]], trail: list[str], done: set[str]) -> tuple[str, ...]:
    if name in trail:
        return tuple(trail[trail.index(name) :])
    if name in done:
        return ()
    trail.append(name)
    for need in requires.get(name, ()):
        found = _descend(need, requires, trail, done)
        if found:
            return found
    trail.pop()
    done.add(name)
    return ()
