"""Freezes, gates and pipelines to ask about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from deployments.gates.freezes import write
from deployments.models import Freeze, FreezeCalendar, Rollout, RolloutPlan
from deployments.rollouts.start import plan_rollout
from tests.deployments.conftest import PLAN, TARGET

ALWAYS = {"starts": "2026-01-01T00:00", "ends": "2026-12-31T00:00"}


@pytest.fixture
def freeze(admin: Any) -> Callable[..., Freeze]:
    """Make a freeze with its calendar: freeze(scope="team", scope_value="payments", starts=..., zone=...)."""

    def make(**fields: Any) -> Freeze:
        own = {key: fields.pop(key) for key in ("scope", "scope_value", "environment", "overrider") if key in fields}
        zone = fields.pop("zone", "UTC")
        calendar: FreezeCalendar = write.calendar(None, {"title": "Calendar", "zone": zone, **own}, admin)
        return write.freeze(None, calendar, {"title": "Stop", **ALWAYS, **fields}, admin)

    return make


@pytest.fixture
def planned(service: Callable[..., Any]) -> Callable[..., Rollout]:
    """A rollout of checkout whose plan has this section `gates`: planned(freeze="warn")."""

    def make(**gates: Any) -> Rollout:
        plan = RolloutPlan.objects.create(name="gated", definition={**PLAN, "gates": gates})
        return plan_rollout(service("checkout", tier=1), plan, dict(TARGET), version="2026.11.3", by="mira")

    return make


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def gate(answers: Any, code: str) -> Any:
    """The answer of one gate, None where it has nothing to say."""
    return next((one for one in answers if one.code == code), None)
