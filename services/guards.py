"""Guards: what a plugin can forbid ("no chaos during a rollout"). A guard that raises denies."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from portal.plugins import Registry
from services.models import Entity

log = logging.getLogger(__name__)


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
    """Ask every guard. One reason is enough to deny; a guard that fails denies and is named."""
    reasons: list[str] = []
    query = GuardQuery(action, entity, by)
    for guard in guards.items():
        try:
            reason = guard.check(query)
        except Exception:  # a guard may fail in any way, and not knowing means no
            log.exception("guard %s failed", guard.key)
            reason = f"{guard.title} could not be asked, so the answer is no."
        if reason:
            reasons.append(reason)
    return Decision(not reasons, reasons)
