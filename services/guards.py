"""Guards: what a plugin can forbid ("no chaos during a rollout"). A guard that raises or answers too late denies."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from portal.plugins import Registry
from services.models import Entity

log = logging.getLogger(__name__)
PATIENCE = 5.0
"""Seconds. An answer that took longer speaks of a moment that is gone. A guard that hangs allows nothing either: the
caller waits, its lease runs out, and recovery puts back what is armed."""


@dataclass(frozen=True)
class GuardQuery:
    """What is asked: may `action` ("rollout" or "chaos") be done to `entity` by `by`?"""

    action: str
    entity: Entity
    by: str = ""


@dataclass(frozen=True)
class Guard:
    """`check` answers "" to allow, or the reason in one sentence."""

    key: str
    title: str
    check: Callable[[GuardQuery], str]
    order: int = 100


@dataclass(frozen=True)
class Decision:
    """The answer of all guards together."""

    allowed: bool
    reasons: list[str]


guards: Registry[Guard] = Registry("guards")


def ask(action: str, entity: Entity, *, by: str = "") -> Decision:
    """Ask every guard. One reason is enough to deny; a guard that fails or is late denies and is named."""
    query = GuardQuery(action, entity, by)
    reasons = [reason for guard in guards.items() if (reason := _answer(guard, query))]
    return Decision(not reasons, reasons)


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
