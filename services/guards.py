"""Guards: what a plugin can forbid ("no chaos during a rollout"). A guard that raises or answers too late denies."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.plugins import Registry
from services.models import Entity

log = logging.getLogger(__name__)
PATIENCE = 5.0
"""Seconds. An answer that took longer speaks of a moment that is gone. A guard that hangs allows nothing either: the
caller waits, its lease runs out, and recovery puts back what is armed."""


@dataclass(frozen=True)
class GuardQuery:
    """What is asked: may `action` ("rollout" or "chaos") be done to `entity` by `by`?

    `detail` is what the one who asks knows of the act, such as how many hosts it would take; often empty.
    """

    action: str
    entity: Entity
    by: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Guard:
    """`check` answers "" to allow, or the reason in one sentence. With an `action` it is asked for that one only."""

    key: str
    title: str
    check: Callable[[GuardQuery], str]
    order: int = 100
    action: str = ""


@dataclass(frozen=True)
class Answer:
    """What one guard said: "" where it allows."""

    key: str
    title: str
    reason: str


@dataclass(frozen=True)
class Decision:
    """The answer of all guards together, and each one's own."""

    allowed: bool
    reasons: list[str]
    answers: tuple[Answer, ...] = ()


guards: Registry[Guard] = Registry("guards")


def ask(action: str, entity: Entity, *, by: str = "", detail: Mapping[str, Any] | None = None) -> Decision:
    """Ask every guard of this action. One reason is enough to deny; a guard that fails or is late denies and is named."""
    query = GuardQuery(action, entity, by, detail or {})
    asked = [guard for guard in guards.items() if guard.action in ("", action)]
    answers = tuple(Answer(guard.key, guard.title, _answer(guard, query)) for guard in asked)
    reasons = [answer.reason for answer in answers if answer.reason]
    return Decision(not reasons, reasons, answers)


def _answer(guard: Guard, query: GuardQuery) -> str:
    began = time.monotonic()
    try:
        reason = guard.check(query)
    except Exception:  # a guard may fail in any way, and not knowing means no
        log.exception("guard %s failed", guard.key)
        return f"{guard.title} could not be asked, so the answer is no."
    if not reason and time.monotonic() - began > PATIENCE:
        return f"{guard.title} took longer than {PATIENCE:.0f} s to answer, so the answer is no."
    return reason
