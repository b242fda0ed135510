"""The nightly proof that past scores are what their facts and definitions give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import time_machine

from portal.jobs.context import JobContext
from portal.jobs.models import Run
from scorecards import verify
from scorecards.evaluate import evaluate_due
from scorecards.models import CheckResult, EntityEvaluation, ScorePoint
from services.models import Entity
from tests.scorecards.conftest import databases, later, prove

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
Make = Callable[..., Entity]


@pytest.fixture
def context() -> Any:
    """A run whose lease is held."""
    now = datetime.now(UTC)
    row = Run.objects.create(job=verify.JOB, state="running", lease_until=now + timedelta(minutes=5))
    return JobContext(row, 300)


@pytest.fixture
def lived(clock: Clock, checks: None, component: Make) -> Entity:
    """A service whose facts changed and expired between evaluations."""
    entity = component("checkout")
    databases(entity, 7)
    prove(entity, days=2)
    evaluate_due(settle=timedelta(0))
    for days in (1, 14, 3):
        later(clock, days=1.5)
        databases(entity, days)
        evaluate_due(settle=timedelta(0))
    return entity


def test_a_history_that_was_written_by_the_evaluation_holds(lived: Entity, context: JobContext) -> None:
    assert verify.run(context) == {"services": 1, "instants": 3, "different": 0}


def test_a_state_that_was_tampered_with_fails_the_run_and_is_named(lived: Entity, context: JobContext) -> None:
    CheckResult.objects.filter(entity=lived, check_key="demo.backups", state="fail").update(state="pass")
    CheckResult.objects.filter(entity=lived, check_key="demo.backups", state="pass").update(state="fail")
    with pytest.raises(verify.Differs, match=r"component:default/checkout at 2026-11-.*demo\.backups is stored as"):
        verify.run(context)
    context.run.refresh_from_db()
    assert "demo.backups" in context.run.log


def test_a_score_that_was_tampered_with_is_named_too(lived: Entity) -> None:
    ScorePoint.objects.filter(entity=lived, pillar="reliability").update(score=99.9)
    when = EntityEvaluation.objects.get().evaluated_at - timedelta(hours=1)
    assert any("reliability is stored as (99.9" in line for line in verify.differences(lived, when))


def test_the_same_night_takes_the_same_sample(checks: None, clock: Clock, component: Make) -> None:
    for number in range(30):
        databases(component(f"svc-{number}"), 7)
    evaluate_due(settle=timedelta(0))
    first, again = ([mark.pk for mark in verify.sample(Random("x"))] for _ in range(2))
    assert first == again
    assert len(first) == verify.FEWEST


def test_a_portal_without_services_has_nothing_to_compare(context: JobContext) -> None:
    assert verify.run(context)["services"] == 0
