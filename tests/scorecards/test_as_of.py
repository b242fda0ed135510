"""The claim of reproducibility: what is stored at any instant equals what the stored facts and definitions give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
import time_machine

from scorecards.evaluate import evaluate_due
from scorecards.models import CheckResult, ScorePoint
from scorecards.recompute import card_at
from services import facts
from services.models import Entity
from tests.scorecards.conftest import CHECKS, databases, later, prove

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller


def stored(entity: Entity, when: datetime) -> tuple[dict[str, str], dict[str, tuple[object, ...]]]:
    results = CheckResult.objects.at(when).filter(entity=entity)
    points = ScorePoint.objects.at(when).filter(entity=entity)
    return (
        {row.check_key: row.state for row in results},
        {row.pillar: (row.score, row.level, row.confidence) for row in points},
    )


def recomputed(entity: Entity, when: datetime) -> tuple[dict[str, str], dict[str, tuple[object, ...]]]:
    card = card_at(entity, when)
    return (
        {item.check: item.state for item in card.judged},
        {name: (s.score, s.level, s.confidence) for name, s in card.scores.items() if s.applicable},
    )


def live_through(entity: Entity, clock: Clock, checks: Callable[[str], None], dice: Random) -> datetime:
    """Forty events in random order, evaluated now and then; returns the instant of the first evaluation."""
    databases(entity, 7)
    evaluate_due(settle=timedelta(0))
    began = datetime.now(UTC)
    for number in range(40):
        later(clock, hours=dice.uniform(0.1, 20))
        event = dice.randrange(6)
        if event == 0:
            databases(entity, *(dice.choice([1, 7, 14]) for _ in range(dice.randrange(3))))
        elif event == 1:
            prove(entity, dice.random() > 0.4, days=dice.choice([0.5, 1, 2]), number=number)
        elif event == 2:
            facts.retire(entity, dice.choice(["aws.rds", "chaos.proof"]))
        elif event == 3:
            prove(entity, days=1)
        elif event == 4:
            checks(CHECKS.replace("weight: 4", f"weight: {dice.randint(1, 9)}"))
            evaluate_due(settle=timedelta(0))
        else:
            evaluate_due(settle=timedelta(0))
    later(clock, hours=1)
    evaluate_due(settle=timedelta(0))
    return began


@pytest.mark.parametrize("seed", range(6))
def test_any_instant_equals_a_recomputation_from_stored_facts_and_definitions(
    seed: int, clock: Clock, checks: Callable[[str], None], component: Callable[..., Entity]
) -> None:
    dice = Random(seed)
    checkout = component()
    began = live_through(checkout, clock, checks, dice)
    now = datetime.now(UTC)
    edges = sorted({row.valid_from for row in CheckResult.objects.all()} | {began, now})
    instants = {*edges, *(left + (right - left) * dice.random() for left, right in pairwise(edges))}
    assert len(instants) > 10
    for when in sorted(instants):
        assert stored(checkout, when) == recomputed(checkout, when), when


def test_intervals_of_one_check_neither_overlap_nor_leave_a_gap(
    clock: Clock, checks: Callable[[str], None], component: Callable[..., Entity]
) -> None:
    checkout = component()
    live_through(checkout, clock, checks, Random(42))
    for key in ("demo.proof", "demo.backups"):
        rows = list(CheckResult.objects.filter(check_key=key).order_by("valid_from"))
        assert rows[-1].valid_to is None
        for row, following in pairwise(rows):
            assert row.valid_from < row.valid_to == following.valid_from
