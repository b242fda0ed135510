"""Fixtures of the scorecards: checks written as YAML, services with facts, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from scorecards import definitions
from services import facts
from services.models import Entity

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

CHECKS = """
checks:
  - id: demo.proof
    pillar: reliability
    title: Proven to survive the loss of a zone
    why: A zone fails now and then.
    fix: Plan the zone experiment and let it run.
    effort: 180
    weight: 6
    level: silver
    when: {path: chaos.proof.passed, op: eq, value: true}
  - id: demo.backups
    pillar: reliability
    title: Every database keeps backups for a week
    why: A restore needs something to restore.
    fix: Raise the retention.
    effort: 20
    weight: 4
    level: bronze
    applies: {path: aws.rds.items, op: exists}
    when: {path: "aws.rds.items[*].backup_days", op: gte, value: 7}
  - id: demo.tracing
    pillar: operationalExcellence
    title: Every function is traced
    why: What is not traced is guessed.
    fix: Switch tracing on.
    effort: 20
    weight: 2
    level: bronze
    applies: {path: aws.lambda.items, op: exists}
    when: {path: "aws.lambda.items[*].tracing", op: eq, value: Active}
"""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still at START until a test moves it."""
    with time_machine.travel(START, tick=False) as machine:
        yield machine


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the YAML that the plugin “demo” brings; it starts with CHECKS."""
    current: dict[str, str] = {"demo": CHECKS}

    def loaded() -> list[definitions.Loaded]:
        return [definitions.load_text(app, text) for app, text in current.items()]

    def use(text: str, app: str = "demo") -> None:
        current[app] = text

    monkeypatch.setattr(definitions, "load_all", loaded)
    return use


@pytest.fixture
def component(db: None) -> Callable[..., Entity]:
    """Make a service: component("checkout", team="payments")."""

    def make(name: str = "checkout", team: str = "payments", system: str = "shop", **fields: Any) -> Entity:
        defaults: dict[str, Any] = {"title": name, "lifecycle": "production", "tier": 1, "type": "service"}
        return Entity.objects.create(
            kind="component", name=name, owner_ref=f"group:default/{team}", system_ref=f"system:default/{system}",
            **{**defaults, **fields},
        )  # fmt: skip

    return make


def later(clock: time_machine.Traveller, **span: float) -> datetime:
    """Move the clock on; returns the new instant."""
    clock.shift(timedelta(**span))
    return datetime.now(UTC)


def prove(entity: Entity, passed: bool = True, days: float | None = None, **more: Any) -> None:
    """Publish a chaos proof, valid for `days` days (None: for ever)."""
    expires = datetime.now(UTC) + timedelta(days=days) if days else None
    value = {"passed": passed, "summary": f"zone us-east-1a experiment {'passed' if passed else 'failed'}", **more}
    facts.publish(entity, "chaos.proof", value, source="chaos", expires_at=expires, url="/chaos/runs/7/")


def databases(entity: Entity, *days: int) -> None:
    """Publish databases with these backup retentions."""
    items = [{"name": f"db-{number}", "backup_days": value} for number, value in enumerate(days)]
    facts.publish(entity, "aws.rds", {"items": items, "count": len(items)}, source="aws")
