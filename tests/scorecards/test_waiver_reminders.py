"""The digest tells once of a waiver that ends soon, in time, and only where it matters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from scorecards.evaluate import evaluate_due
from scorecards.initiatives import digest
from scorecards.models import DigestLine, Waiver
from scorecards.waivers import decide
from scorecards.waivers.remind import KIND, due, remind
from services.models import Entity
from tests.scorecards.conftest import databases, later, prove

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller


@pytest.fixture
def people(person: Callable[..., Any]) -> tuple[Any, Any]:
    """Who asks and who decides."""
    return person("eva", "editor", "payments"), person("nora", "operator", "payments")


@pytest.fixture
def checkout(clock: Clock, checks: None, component: Callable[..., Entity]) -> Entity:
    """A service whose backups are too short."""
    entity = component("checkout")
    databases(entity, 1)
    prove(entity)
    evaluate_due(settle=timedelta(0))
    return entity


def waived(entity: Entity, people: tuple[Any, Any], days: float) -> Waiver:
    until = datetime.now(UTC) + timedelta(days=days)
    asked = decide.request(people[0], entity, "demo.backups", "The vendor ships backups in January.", until)
    found = decide.approve(people[1], asked)
    evaluate_due(settle=timedelta(0))
    return found


def told() -> list[str]:
    return list(DigestLine.objects.filter(kind=KIND).values_list("text", flat=True))


def test_a_team_is_told_two_weeks_before_a_waiver_ends_and_only_once(
    clock: Clock, checkout: Entity, people: tuple[Any, Any]
) -> None:
    waiver = waived(checkout, people, 60)
    seen = []
    for _day in range(59):
        now = later(clock, days=1)
        evaluate_due(settle=timedelta(0))
        seen.append(remind(now))
    assert seen.index(1) == 45
    assert sum(seen) == 1
    line = DigestLine.objects.get(kind=KIND)
    assert line.text.startswith("checkout: the waiver of “Every database keeps backups for a week” ends on 19 Jan")
    assert (line.team_ref, line.url, line.good) == ("group:default/payments", waiver.get_absolute_url(), None)


def test_of_a_short_waiver_a_team_is_told_when_half_of_it_has_passed(
    clock: Clock, checkout: Entity, people: tuple[Any, Any]
) -> None:
    waived(checkout, people, 6)
    assert remind(later(clock, days=2.9)) == 0
    assert remind(later(clock, days=0.2)) == 1


def test_a_check_that_passes_by_now_needs_no_reminder_until_it_fails_again(
    clock: Clock, checkout: Entity, people: tuple[Any, Any]
) -> None:
    waived(checkout, people, 20)
    later(clock, days=12)
    databases(checkout, 30)
    evaluate_due(settle=timedelta(0))
    assert remind(datetime.now(UTC)) == 0
    later(clock, days=1)
    databases(checkout, 1)
    evaluate_due(settle=timedelta(0))
    assert remind(datetime.now(UTC)) == 1


def test_a_waiver_that_was_revoked_has_ended_or_is_followed_by_another_is_not_told_of(
    clock: Clock, checkout: Entity, people: tuple[Any, Any]
) -> None:
    first = waived(checkout, people, 20)
    now = later(clock, days=11)
    assert [row.pk for row in due(now)] == [first.pk]
    waived(checkout, people, 40)
    assert due(now) == []
    later(clock, days=10)
    decide.revoke(people[1], Waiver.objects.exclude(pk=first.pk).get())
    evaluate_due(settle=timedelta(0))
    assert due(datetime.now(UTC)) == []


def test_two_workers_at_once_tell_it_once(
    clock: Clock, checkout: Entity, people: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    waived(checkout, people, 10)
    now = later(clock, days=6)
    stale = due(now)
    assert remind(now) == 1
    monkeypatch.setattr("scorecards.waivers.remind.due", lambda _now: stale)
    assert remind(now) == 0
    assert len(told()) == 1


def test_the_digest_job_writes_the_line(clock: Clock, checkout: Entity, people: tuple[Any, Any]) -> None:
    class Context:
        def check(self) -> None:
            """Nobody asked for this run to stop."""

    waived(checkout, people, 10)
    later(clock, days=6)
    found = digest.run(Context())  # type: ignore[arg-type]
    assert found is not None
    assert found["lines"] == 1
    assert len(told()) == 1
