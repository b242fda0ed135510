"""Old detail goes, the curves stay: what retention removes, what it never touches, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.test import Client

from portal.jobs.context import Cancelled, JobContext
from portal.jobs.models import Run
from scorecards import fleet, verify
from scorecards.evaluate import evaluate_due
from scorecards.models import CheckResult, CheckVersion, Removal, ScorePoint
from scorecards.retention import remove, terms
from scorecards.system_checks import check_definitions
from services import facts
from services.models import Entity
from tests.scorecards.conftest import databases, later, prove

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
Browse = Callable[..., Client]
Make = Callable[..., Entity]


@pytest.fixture
def context() -> Any:
    """A run whose lease is held."""
    now = datetime.now(UTC)
    return JobContext(Run.objects.create(job=remove.JOB, state="running", lease_until=now + timedelta(days=900)), 300)


def live(entities: list[Entity], clock: Clock, dice: Random, steps: int = 30) -> None:
    """Facts that come, change and go for some 500 days, evaluated now and then."""
    evaluate_due(settle=timedelta(0))
    for _number in range(steps):
        later(clock, days=dice.uniform(1, 32))
        entity = dice.choice(entities)
        event = dice.randrange(4)
        if event == 0:
            databases(entity, *(dice.choice([1, 7, 14]) for _ in range(dice.randrange(3))))
        elif event == 1:
            prove(entity, dice.random() > 0.4, days=dice.choice([5, 40]))
        elif event == 2:
            facts.retire(entity, dice.choice(["aws.rds", "chaos.proof"]))
        evaluate_due(settle=timedelta(0))


def curves() -> list[tuple[Any, ...]]:
    """Every score of every scope that ever stood, with its cause."""
    fields = [field.attname for field in ScorePoint._meta.concrete_fields]
    return [tuple(str(value) for value in row) for row in ScorePoint.objects.order_by("pk").values_list(*fields)]


def standing() -> list[Any]:
    return list(CheckResult.objects.standing().order_by("pk").values())


@pytest.mark.parametrize("seed", range(6))
def test_the_curves_before_and_after_a_removal_are_equal(
    seed: int, clock: Clock, checks: None, component: Make, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remove, "BATCH", 3)
    dice = Random(seed)
    entities = [component(f"svc-{number}", team=f"team-{number % 2}") for number in range(3)]
    live(entities, clock, dice)
    before, open_ones, now = curves(), standing(), datetime.now(UTC)
    dates = [now - timedelta(days=day) for day in range(500, -1, -50)]
    services = Entity.objects.services()
    drawn = [fleet.levels_at(services, dates), fleet.pillar_means(services, dates[0])]
    line = now - timedelta(days=400)
    kept = set(CheckResult.objects.exclude(valid_to__lte=line).values_list("pk", flat=True))
    remove.run(context)
    assert curves() == before
    assert standing() == open_ones
    assert [fleet.levels_at(services, dates), fleet.pillar_means(services, dates[0])] == drawn
    assert set(CheckResult.objects.values_list("pk", flat=True)) == kept
    explained = CheckResult.objects.exclude(reason={}, cause_detail={}).exclude(valid_to=None)
    assert not explained.filter(valid_to__lte=now - timedelta(days=180)).exists()
    assert explained.exists()


@pytest.fixture
def lived(clock: Clock, checks: None, component: Make) -> Entity:
    """A service whose backups failed two years ago and were mended a year and a half ago."""
    entity = component("checkout")
    prove(entity)
    databases(entity, 1)
    evaluate_due(settle=timedelta(0))
    for backups, days in ((7, 30), (1, 30), (7, 300), (1, 200), (14, 60)):
        later(clock, days=days)
        databases(entity, backups)
        evaluate_due(settle=timedelta(0))
    later(clock, days=20)
    evaluate_due(settle=timedelta(0))
    return entity


def test_a_run_that_is_killed_is_finished_by_the_next_one(
    lived: Entity, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remove, "BATCH", 1)
    calls = 0

    def stop() -> None:
        nonlocal calls
        calls += 1
        if calls % 2 == 0:
            raise Cancelled("killed")

    before, now = curves(), datetime.now(UTC)
    line = now - timedelta(days=terms.days("results"))
    monkeypatch.setattr(context, "check", stop)
    for _attempt in range(20):
        with suppress(Cancelled):
            remove.run(context)
        # However little has gone: the line is announced before the first row goes.
        if CheckResult.objects.filter(valid_to__lte=line).count() < 2:
            assert Removal.objects.line("results") == line
    assert not CheckResult.objects.filter(valid_to__lte=line).exists()
    assert Removal.objects.filter(ended_at=None).count() == 0
    assert curves() == before


def test_a_second_run_on_the_same_day_has_nothing_to_do(lived: Entity, context: JobContext) -> None:
    assert remove.run(context)
    number = Removal.objects.count()
    assert remove.run(context) is None
    assert Removal.objects.count() == number


def test_no_transaction_touches_more_than_one_batch(
    lived: Entity, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(remove, "BATCH", 2)
    for name in ("_empty", "_delete"):
        take = getattr(remove, name)
        monkeypatch.setattr(remove, name, lambda keys, take=take: sizes.append(len(keys)) or take(keys))
    remove.run(context)
    assert len(sizes) > 1
    assert max(sizes) == 2


def test_with_zero_days_everything_is_kept(lived: Entity, context: JobContext, settings: Any) -> None:
    settings.SCORECARD_REASONS_DAYS = settings.SCORECARD_RESULTS_DAYS = 0
    before = list(CheckResult.objects.values())
    assert remove.run(context) is None
    assert list(CheckResult.objects.values()) == before


@pytest.mark.parametrize(
    ("reasons", "results", "told"),
    [(10, 400, "SCORECARD_REASONS_DAYS=10"), (180, -1, "at least 90 days"), (300, 200, "choose fewer days for it")],
)
def test_settings_that_cannot_be_meant_remove_nothing_and_are_named(
    reasons: int, results: int, told: str, lived: Entity, context: JobContext, settings: Any
) -> None:
    settings.SCORECARD_REASONS_DAYS, settings.SCORECARD_RESULTS_DAYS = reasons, results
    before = CheckResult.objects.count()
    with pytest.raises(remove.Misconfigured, match=told):
        remove.run(context)
    assert CheckResult.objects.count() == before
    assert any(told in warning.msg for warning in check_definitions(None) if warning.id == "scorecards.W003")


def test_the_nightly_comparison_looks_only_at_what_is_kept(lived: Entity, context: JobContext) -> None:
    remove.run(context)
    line = Removal.objects.line("results")
    dice = Random(3)
    for _number in range(20):
        moments = verify.instants(lived.evaluation, dice)
        assert len(moments) == verify.INSTANTS
        assert line is not None
        assert min(moments) >= line
        assert not [line for when in moments for line in verify.differences(lived, when)]


def long_ago() -> str:
    return f"{datetime.now(UTC) - timedelta(days=560):%Y-%m-%d}"


def test_the_scorecard_of_a_day_before_the_line_shows_the_scores_and_says_what_was_removed_and_when(
    browse: Browse, vera: Any, lived: Entity, context: JobContext
) -> None:
    client, address = browse(vera), f"{lived.get_absolute_url()}scorecard/"
    before = client.get(address, {"as_of": long_ago()}).content.decode()
    assert "Every database keeps backups for a week" in before
    remove.run(context)
    page = " ".join(client.get(address, {"as_of": long_ago()}).content.decode().split())
    assert "removed on purpose on" in page
    assert f"{datetime.now(UTC):%Y}" in page
    assert "Scores as of" in page
    assert 'class="glyph' in page
    assert "Every database keeps backups for a week</" not in page.split("What had changed")[0]
    recent = client.get(address, {"as_of": f"{datetime.now(UTC) - timedelta(days=90):%Y-%m-%d}"}).content.decode()
    assert "removed on purpose" not in recent


def test_programs_get_the_scores_of_a_day_before_the_line_and_when_the_rest_was_removed(
    browse: Browse, vera: Any, lived: Entity, context: JobContext
) -> None:
    client, address = browse(vera), "/api/v1/scorecards/services/component/default/checkout/"
    before = client.get(address, {"as_of": long_ago()}).json()
    assert before["detail_removed_at"] is None
    remove.run(context)
    after = client.get(address, {"as_of": long_ago()}).json()
    assert after["detail_removed_at"]
    assert after["checks"] == []
    assert after["level"] == before["level"]
    told = ("pillar", "score", "level")
    assert sorted(tuple(each[name] for name in told) for each in after["scores"]) == sorted(
        tuple(each[name] for name in told) for each in before["scores"]
    )


def test_the_report_says_that_failures_of_then_cannot_be_told(
    browse: Browse, vera: Any, lived: Entity, context: JobContext
) -> None:
    databases(lived, 1)
    evaluate_due(settle=timedelta(0))
    remove.run(context)
    client, asked = browse(vera), {"from": long_ago()}
    page = client.get("/scorecards/report/", asked).content.decode()
    assert "removed on purpose" in page
    line = client.get("/api/v1/scorecards/report/", asked).json()["risks"][0]
    assert (line["failing_before"], line["failing"]) == (None, 1)


def test_versions_of_checks_are_never_removed(lived: Entity, context: JobContext) -> None:
    before = list(CheckVersion.objects.values())
    remove.run(context)
    assert list(CheckVersion.objects.values()) == before
