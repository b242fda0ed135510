"""Reads over many services: levels at dates and means at an instant equal a plain count of the intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from scorecards import fleet
from scorecards.engine.scoring import LADDER, OVERALL
from scorecards.models import ScorePoint
from services.models import Entity

pytestmark = pytest.mark.django_db
START = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 60
Make = Callable[..., Entity]


def lives(entity: Entity, dice: Random, pillar: str = OVERALL) -> None:
    """A series of points with random levels; at times no check applies for a while, or from then on."""
    moment, before = START + timedelta(days=dice.choice([0, 0, 0, dice.uniform(0, DAYS)])), None
    while moment < START + timedelta(days=DAYS):
        ends = moment + timedelta(days=dice.uniform(0.2, 20))
        lasts = ends >= START + timedelta(days=DAYS)
        score = dice.choice([None, *(float(number) for number in range(0, 100, 10))])
        row = ScorePoint(
            scope_type="service", scope_ref=entity.ref, entity=entity, pillar=pillar, score=score,
            level=dice.choice(LADDER), confidence=dice.random(), valid_from=moment, valid_to=None if lasts else ends,
            cause="fact",
        )  # fmt: skip
        row.follow(before).save()
        before, moment = row, ends
        if dice.random() < 0.1:
            before, moment = None, ends + timedelta(days=dice.uniform(0.5, 30))


@pytest.mark.parametrize("seed", range(8))
def test_levels_at_any_dates_equal_a_plain_count_of_the_intervals(seed: int, component: Make) -> None:
    dice = Random(seed)
    for number in range(25):
        lives(component(f"svc-{number}", tier=1 + number % 2), dice)
    component("never-evaluated")
    services = Entity.objects.services().filter(tier=1)
    dates = sorted(START + timedelta(days=dice.uniform(-3, DAYS + 3)) for _ in range(9))
    plain = [
        Counter(ScorePoint.objects.at(date).filter(entity__tier=1).values_list("level", flat=True)) for date in dates
    ]
    assert [
        {level: number for level, number in each.items() if number} for each in fleet.levels_at(services, dates)
    ] == plain


@pytest.mark.parametrize("seed", range(4))
def test_means_at_an_instant_equal_the_mean_of_what_stood_then(seed: int, component: Make) -> None:
    dice = Random(100 + seed)
    for number in range(20):
        entity = component(f"svc-{number}", team=f"team-{number % 3}")
        for pillar in ("security", "reliability", OVERALL):
            lives(entity, dice, pillar)
    services, when = Entity.objects.services(), START + timedelta(days=DAYS / 2)
    for pillar, mean in fleet.pillar_means(services, when).items():
        rows = list(ScorePoint.objects.at(when).filter(pillar=pillar))
        scores = [row.score for row in rows if row.score is not None]
        assert mean.score == pytest.approx(sum(scores) / len(scores), abs=0.051)
        assert mean.confidence == pytest.approx(sum(row.confidence for row in rows) / len(rows))
    held = ScorePoint.objects.at(when).exclude(pillar=OVERALL).values_list("entity__owner_ref", "pillar")
    assert set(fleet.team_means(services, when)) == set(held)


def test_the_parts_of_an_instant_have_every_row_once(component: Make) -> None:
    dice = Random(7)
    for number in range(10):
        lives(component(f"svc-{number}"), dice)
    for hours in range(0, DAYS * 24, 100):
        when = START + timedelta(hours=hours)
        parts = [row.pk for part in ScorePoint.objects.all().parts_at(when) for row in part]
        assert sorted(parts) == sorted(ScorePoint.objects.at(when).values_list("pk", flat=True))


def test_a_pillar_that_a_check_once_brought_is_among_the_pillars() -> None:
    from scorecards.models import CheckVersion

    CheckVersion.objects.create(
        check_id="x.y", version=1, app="x", definition={}, sha="", title="", pillar="sustainability", weight=1,
        level="gold", valid_from=START, valid_to=START, active=False,
    )  # fmt: skip
    assert fleet.pillars()[-1] == "sustainability"
