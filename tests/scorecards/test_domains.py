"""A system that moves to another domain is rolled up there at once, whether or not one of its services changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from scorecards.engine.scoring import OVERALL
from scorecards.evaluate import evaluate_due
from scorecards.models import ScorePoint, SystemHome
from scorecards.rollup import rehome
from services.models import Entity, Relation
from tests.scorecards.conftest import databases, later, prove

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller


def place(system: str, domain: str) -> None:
    """Put a system into a domain, and out of the one before."""
    ref = f"system:default/{system}"
    source, _made = Entity.objects.get_or_create(kind="system", namespace="default", name=system)
    target, _made = Entity.objects.get_or_create(kind="domain", namespace="default", name=domain)
    Relation.objects.filter(source_ref=ref, type="partOf").delete()
    Relation.objects.create(source_ref=source.ref, type="partOf", target_ref=target.ref)


def run() -> None:
    evaluate_due(settle=timedelta(0))


def scores(when: datetime | None = None) -> dict[str, tuple[float | None, int]]:
    """Overall score and number of services by domain."""
    rows = ScorePoint.objects.at(when).filter(scope_type="domain", pillar=OVERALL)
    return {
        ref.rpartition("/")[2]: (score, number)
        for ref, score, number in rows.values_list("scope_ref", "score", "services")
    }


@pytest.fixture
def shops(clock: Clock, checks: None, component: Callable[..., Entity]) -> None:
    """A good system in the domain trade and a poor one in the domain freight."""
    for system, domain, backups in (("shop", "trade", 30), ("ship", "freight", 1)):
        entity = component(f"{system}-api", system=system)
        databases(entity, backups)
        prove(entity, passed=backups > 7)
        place(system, domain)
    run()


def test_a_system_that_moves_is_rolled_up_in_its_new_domain_by_the_next_run(shops: None, clock: Clock) -> None:
    before = scores()
    assert {name: number for name, (_score, number) in before.items()} == {"trade": 1, "freight": 1}
    later(clock, days=1)
    place("ship", "trade")
    run()
    after = scores()
    assert set(after) == {"trade"}
    assert after["trade"][1] == 2
    assert (after["trade"][0] or 0) < (before["trade"][0] or 0)
    point = ScorePoint.objects.standing().get(scope_type="domain", pillar=OVERALL)
    assert (point.cause, point.cause_text) == ("scope", "services joined or left")
    assert scores(datetime.now(UTC) - timedelta(hours=1)) == before


def test_a_system_that_leaves_its_domain_is_counted_there_no_longer(shops: None, clock: Clock) -> None:
    later(clock, days=1)
    Relation.objects.filter(source_ref="system:default/ship").delete()
    run()
    assert set(scores()) == {"trade"}
    assert list(SystemHome.objects.values_list("system_ref", flat=True)) == ["system:default/shop"]


def test_where_nothing_moved_nothing_is_written(shops: None, clock: Clock) -> None:
    number = ScorePoint.objects.count()
    assert rehome(later(clock, days=1)) == 0
    assert ScorePoint.objects.count() == number
