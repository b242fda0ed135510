"""The claim of reproducibility: what is stored at any instant equals what the stored facts and definitions give."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
import time_machine

from scorecards.answers.record import Said, take
from scorecards.evaluate import evaluate_due
from scorecards.models import CheckResult, CheckVersion, EntityEvaluation, ScorePoint, Waiver
from scorecards.recompute import card_at
from scorecards.waivers import decide
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
        {row.pillar: (row.score, row.level, row.confidence, row.waived, row.waived_checks) for row in points},
    )


def recomputed(entity: Entity, when: datetime) -> tuple[dict[str, str], dict[str, tuple[object, ...]]]:
    card = card_at(entity, when)
    return (
        {item.check: item.state for item in card.judged},
        {
            name: (s.score, s.level, s.confidence, s.waived, s.waived_checks)
            for name, s in card.scores.items()
            if s.covered
        },
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


ANSWERED = f"""\
{CHECKS}
  - id: demo.load
    kind: pushed
    pillar: reliability
    title: The load test holds
    why: Load comes.
    fix: Mend it.
    effort: 5
    weight: 3
    level: bronze
    max_age: 90000
    warn_age: 40000
  - id: demo.ready
    pillar: security
    title: Ready for what comes
    why: All of it counts.
    fix: Mend it.
    effort: 5
    weight: 5
    level: silver
    knock_out: below
    requires: [demo.backups, demo.load]
    when: {{path: chaos.proof, op: exists}}
"""


class Story:
    """One random history of one service: facts, answers, rules, waivers, expiry, evaluations now and then."""

    def __init__(self, entity: Entity, clock: Clock, checks: Callable[[str], None], dice: Random, people: Any) -> None:
        self.entity, self.clock, self.checks, self.dice, self.people = entity, clock, checks, dice, people

    def step(self) -> None:
        later(self.clock, hours=self.dice.uniform(0.1, 20))
        getattr(
            self, self.dice.choice(["databases", "proof", "retires", "answers", "rule", "asks", "decides", "runs"])
        )()

    def databases(self) -> None:
        databases(self.entity, *(self.dice.choice([1, 7, 14]) for _ in range(self.dice.randrange(3))))

    def proof(self) -> None:
        prove(self.entity, self.dice.random() > 0.4, days=self.dice.choice([0.5, 1, 2]))

    def retires(self) -> None:
        facts.retire(self.entity, self.dice.choice(["aws.rds", "chaos.proof", "pushed.demo_load"]))

    def answers(self) -> None:
        seen = datetime.now(UTC) - timedelta(hours=self.dice.choice([0, 0, 5, 30]))
        said = Said(self.dice.choice(["pass", "warn", "fail"]), observed_at=seen, key=str(self.dice.random()))
        if CheckVersion.objects.standing().filter(check_id="demo.load").exists():
            take(self.people["eva"], self.entity, "demo.load", "pushed", said)

    def rule(self) -> None:
        text = ANSWERED.replace("weight: 4", f"weight: {self.dice.randint(1, 9)}")
        self.checks(text if self.dice.random() > 0.3 else CHECKS)
        self.runs()

    def asks(self) -> None:
        check = self.dice.choice(["demo.proof", "demo.backups", "demo.load", "demo.ready"])
        until = datetime.now(UTC) + timedelta(hours=self.dice.choice([2, 20, 90]))
        with suppress(decide.Wrong, decide.Conflict):
            decide.request(self.people["eva"], self.entity, check, "It takes until then.", until)

    def decides(self) -> None:
        for waiver in Waiver.objects.filter(entity=self.entity):
            verb = self.dice.choice([decide.approve, decide.approve, decide.deny, decide.revoke, None])
            with suppress(decide.Conflict):
                if verb is not None:
                    verb(self.people["mira"], waiver)

    def runs(self) -> None:
        evaluate_due(settle=timedelta(0))


@pytest.mark.parametrize("seed", range(12))
def test_any_instant_of_a_history_with_waivers_and_answers_equals_a_recomputation_from_scratch(
    seed: int, clock: Clock, checks: Callable[[str], None], component: Callable[..., Entity], person: Any
) -> None:
    dice, checkout = Random(1000 + seed), component()
    people = {"eva": person("eva", "editor", "payments"), "mira": person("mira", "operator", "payments")}
    checks(ANSWERED)
    databases(checkout, 7)
    story = Story(checkout, clock, checks, dice, people)
    story.runs()
    began = datetime.now(UTC)
    for _number in range(60):
        story.step()
    later(clock, hours=1)
    story.runs()
    now = datetime.now(UTC)
    edges = sorted({row.valid_from for row in CheckResult.objects.all()} | {began, now})
    instants = {*edges, *(left + (right - left) * dice.random() for left, right in pairwise(edges))}
    for when in sorted(instants):
        assert stored(checkout, when) == recomputed(checkout, when), when
    states = set(CheckResult.objects.values_list("state", flat=True))
    assert {"pass", "fail", "unknown"} <= states
    rebuilt_from_nothing(checkout, began, now)


def rebuilt_from_nothing(entity: Entity, began: datetime, now: datetime) -> None:
    """All rows are thrown away and written again in one evaluation: the scores of now are the same."""
    before = stored(entity, now)
    CheckResult.objects.all().delete()
    ScorePoint.objects.all().delete()
    EntityEvaluation.objects.all().delete()
    evaluate_due(settle=timedelta(0), now=now)
    assert stored(entity, now) == before


def test_random_histories_do_hold_waived_and_warning_checks(
    clock: Clock, checks: Callable[[str], None], component: Callable[..., Entity], person: Any
) -> None:
    seen: set[str] = set()
    people = {"eva": person("eva", "editor", "payments"), "mira": person("mira", "operator", "payments")}
    checks(ANSWERED)
    for seed in range(4):
        entity = component(f"service-{seed}")
        story = Story(entity, clock, checks, Random(1000 + seed), people)
        story.runs()
        for _number in range(60):
            story.step()
        seen |= set(CheckResult.objects.filter(entity=entity).values_list("state", flat=True))
    assert {"waived", "warn", "pass", "fail", "unknown"} <= seen


def test_evidence_that_is_seen_again_does_not_rewrite_what_was_shown_before(
    clock: Clock, checks: Callable[[str], None], component: Callable[..., Entity]
) -> None:
    checks(CHECKS.replace("level: silver", "level: silver\n    warn_age: 86400\n    max_age: 172800", 1))
    checkout = component()
    prove(checkout)
    moments = []
    for _number in range(8):
        evaluate_due(settle=timedelta(0))
        moments.append(datetime.now(UTC))
        later(clock, hours=11)
    shown = [recomputed(checkout, moment) for moment in moments]
    prove(checkout)
    evaluate_due(settle=timedelta(0))
    assert [recomputed(checkout, moment) for moment in moments] == shown
    assert {states["demo.proof"] for states, _scores in shown} == {"pass", "warn", "unknown"}


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
