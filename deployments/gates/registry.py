"""The gates as a registry: each looks and says what it found; here that becomes one answer, by the plan's policy."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from deployments.engine.plan.gates import BLOCK, OFF, GatesPolicy, Stance
from deployments.models import Rollout, RolloutSegment
from portal.plugins import Registry
from services.models import Entity

log = logging.getLogger(__name__)
CLEAR, WARNS, STOPS, UNKNOWN = "clear", "warns", "stops", "unknown"
NOBODY = ""


@dataclass(frozen=True)
class Question:
    """May this service be rolled out now? `rollout` and `segment` where one asks, None where somebody only wants to know."""

    entity: Entity
    policy: GatesPolicy
    at: datetime
    by: str = ""
    environment: str = "production"
    rollout: Rollout | None = None
    segment: RolloutSegment | None = None


@dataclass(frozen=True)
class Finding:
    """What a gate found. `reason` is a word for machines, `subjects` name what stands in the way, one by one.

    `overrider` is a role that replaces the gate's own.
    """

    outcome: str
    title: str
    note: str
    reason: str = ""
    subjects: tuple[str, ...] = ()
    url: str = ""
    overrider: str = ""


@dataclass(frozen=True)
class Gate:
    """One answer. ``state`` is good, fair (a warning), poor (blocked) or stale (not known, which may block as well).

    ``code`` names the gate, ``reason`` why it is not good (both for machines); ``who_may_override`` is operator, admin or
    "" (nobody); ``overridden`` says by whom, until when and why it is let pass.
    """

    code: str
    title: str
    note: str
    state: str
    blocks: bool = False
    reason: str = ""
    subjects: tuple[str, ...] = ()
    who_may_override: str = NOBODY
    url: str = ""
    overridden: str = ""


@dataclass(frozen=True)
class GateKind:
    """One gate. `look` answers None where it has nothing to say of this service; `overrider` is the role that may let a
    rollout pass."""

    key: str
    title: str
    look: Callable[[Question], Finding | None]
    overrider: str
    order: int = 100


gates: Registry[GateKind] = Registry("gates")


def answer(kind: GateKind, question: Question) -> Gate | None:
    """One gate's answer. A gate that fails denies, unless the plan says that it only warns; one that is off is not asked."""
    stance = question.policy.stance(kind.key)
    if stance.policy == OFF:
        return None
    try:
        found = kind.look(question)
    except Exception:  # a gate may fail in any way, and not knowing means no
        log.exception("gate %s failed", kind.key)
        words = (
            "The gate could not be asked, so the answer is no." if stance.policy == BLOCK else "It could not be asked."
        )
        found, stance = Finding(UNKNOWN, f"{kind.title}: failed", words, "failed", ("failed",)), Stance(stance.policy)
    return None if found is None else _judged(kind, found, stance)


def _judged(kind: GateKind, found: Finding, stance: Stance) -> Gate:
    blocking = stance.policy == BLOCK and (
        found.outcome == STOPS or (found.outcome == UNKNOWN and stance.unknown == BLOCK)
    )
    state = {CLEAR: "good", WARNS: "fair", UNKNOWN: "stale"}.get(found.outcome, "poor" if blocking else "fair")
    return Gate(
        kind.key, found.title, found.note, state, blocking, found.reason, found.subjects,
        (found.overrider or kind.overrider) if blocking else NOBODY, found.url,
    )  # fmt: skip
