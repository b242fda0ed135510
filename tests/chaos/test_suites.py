"""Resilience suites: one experiment after the other, none after the first that was not safe, each slot once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos import experiments
from chaos.engine.suites import Next, Result, decide
from chaos.models import Experiment, ExperimentRun, Suite
from chaos.start import abort
from chaos.suites import advance
from chaos.suites.models import SuiteRun
from portal.jobs.models import Schedule

from .conftest import START, World

URL = "/api/v1/chaos/suites/"
results = st.lists(
    st.builds(Result, st.just("x"), st.booleans(), st.booleans(), st.booleans(), st.booleans()), max_size=6
)


@given(st.integers(1, 6), results)
def test_nothing_starts_after_something_unsafe_or_while_one_goes_on(planned: int, found: list[Result]) -> None:
    move, _ = decide(planned, found)
    if any(not one.safe for one in found):
        assert move is Next.STOPPED
    if move is Next.START:
        assert len(found) < planned
        assert not found or found[-1].over
    if move is Next.PASSED:
        assert all(one.passed or one.blocked for one in found)


@pytest.fixture
def suite(experiment: Experiment, fields: dict[str, Any], jon: Any, api: Callable[..., Any]) -> Suite:
    """Two experiments of search-api, every Monday at ten in Berlin."""
    second = experiments.create(experiment.service, fields | {"title": "Zone us-east-1b down", "enabled": False}, "jon")
    body = {
        "service": experiment.service.ref, "title": "Zones", "cron": "0 10 * * MON", "timezone": "Europe/Berlin",
        "enabled": True, "experiments": [experiment.slug, second.slug],
    }  # fmt: skip
    made = api(jon).post(URL, body, format="json")
    assert made.status_code == 201, made.content
    return Suite.objects.get(pk=made.json()["id"])


def go_on(world: World, row: SuiteRun, limit: int = 120) -> SuiteRun:
    """Ring both jobs until the suite's run is over."""
    for _ in range(limit):
        row.refresh_from_db()
        if row.state != "running":
            return row
        advance.ring(None)  # type: ignore[arg-type]
        world.ring()
    raise AssertionError(f"the suite goes on for ever: {row.state}")


def test_a_suite_runs_its_experiments_one_after_the_other(world: World, suite: Suite) -> None:
    row = advance.begin(suite, START, by="schedule")
    assert row is not None
    assert go_on(world, row).state == "passed"
    first, second = ExperimentRun.objects.order_by("id")
    assert first.ended_at is not None
    assert second.started_at is not None
    assert first.ended_at <= second.started_at
    assert row.reason == "All 2 experiments passed."


def test_after_an_abort_nothing_more_is_started(world: World, suite: Suite, jon: Any) -> None:
    row = advance.begin(suite, START, by="schedule")
    assert row is not None
    advance.advance(row)
    run = ExperimentRun.objects.get()
    world.ring_until(run, "observing")
    abort(run, jon)
    assert go_on(world, row).state == "stopped"
    assert ExperimentRun.objects.count() == 1


def test_a_broken_hypothesis_fails_the_suite_but_the_rest_is_tried(world: World, suite: Suite) -> None:
    world.hosts_when_faulty = 3
    row = advance.begin(suite, START, by="schedule")
    assert row is not None
    assert go_on(world, row).state == "failed"
    assert ExperimentRun.objects.count() == 2
    assert "Not passed" in row.reason


def test_its_runs_are_started_in_the_name_of_whoever_began_it(world: World, suite: Suite, settings: Any) -> None:
    settings.CHAOS_APPROVAL = "all"
    row = advance.begin(suite, START, by="jon")
    assert row is not None
    assert go_on(world, row).state == "failed"
    assert set(ExperimentRun.objects.values_list("requested_by", "state")) == {("jon", "blocked")}
    assert "Blocked by guards" in row.reason


def test_a_slot_begins_once_and_not_beside_another(suite: Suite, world: World) -> None:
    assert advance.begin(suite, START, by="schedule") is not None
    assert advance.begin(suite, START, by="schedule") is None
    assert advance.begin(suite, START + timedelta(days=7), by="schedule") is None


def test_two_workers_start_a_step_once(world: World, suite: Suite) -> None:
    row = advance.begin(suite, START, by="schedule")
    assert row is not None
    stale = SuiteRun.objects.get(pk=row.pk)
    assert advance._start(row, 0) == "start"
    world.clock.shift(1)
    assert advance._start(stale, 0) == "wait"
    assert ExperimentRun.objects.count() == 1


def test_the_schedule_follows_the_suite(world: World, suite: Suite, jon: Any, api: Callable[..., Any]) -> None:
    schedule = Schedule.objects.get(key=suite.schedule_key)
    assert (schedule.cron, schedule.timezone, schedule.enabled) == ("0 10 * * MON", "Europe/Berlin", True)
    client = api(jon)
    assert client.patch(f"{URL}{suite.pk}/", {"enabled": False}, format="json").status_code == 200
    schedule.refresh_from_db()
    assert not schedule.enabled
    assert client.post(f"{URL}{suite.pk}/runs/").status_code == 202
    assert client.post(f"{URL}{suite.pk}/runs/").status_code == 400
    assert len(client.get(f"{URL}{suite.pk}/runs/").json()) == 1
    assert client.delete(f"{URL}{suite.pk}/").status_code == 204
    assert not Schedule.objects.filter(key=suite.schedule_key).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cron": "61 * * * *"}, "cron"), ({"timezone": "Mars"}, "timezone"), ({"experiments": ["no"]}, "experiments"),
        ({"experiments": []}, "experiments"), ({"title": " "}, "title"), ({"service": "component:default/x"}, "service"),
    ],
)  # fmt: skip
def test_bad_input_names_its_field(
    suite: Suite, jon: Any, api: Callable[..., Any], change: dict[str, Any], field: str
) -> None:
    answer = api(jon).patch(f"{URL}{suite.pk}/", change, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


def test_others_may_not(
    suite: Suite, mira: Any, vera: Any, api: Callable[..., Any], browse: Callable[..., Any]
) -> None:
    for who in (mira, vera):
        assert api(who).post(f"{URL}{suite.pk}/runs/").status_code == 403
        assert api(who).delete(f"{URL}{suite.pk}/").status_code == 403
        assert browse(who).post(f"/chaos/suites/{suite.pk}/run/").status_code == 403
        assert browse(who).get(f"/chaos/suites/{suite.pk}/").status_code == 200


def test_the_pages_stand(world: World, suite: Suite, jon: Any, browse: Callable[..., Any]) -> None:
    client = browse(jon)
    assert "Zones" in client.get("/chaos/suites/").content.decode()
    assert client.post(f"/chaos/suites/{suite.pk}/run/").status_code == 302
    advance.ring(None)  # type: ignore[arg-type]
    text = client.get(f"/chaos/suites/{suite.pk}/").content.decode()
    assert "Zone us-east-1b down" in text
    assert "Running" in text
    form = {
        "title": "Zones 2",
        "experiments": [suite.service.experiments.first().slug],
        "cron": "0 9 * * *",
        "timezone": "UTC",
    }
    assert client.get(f"/chaos/suites/{suite.pk}/edit/").status_code == 200
    assert client.post(f"/chaos/suites/new/{suite.service_id}/", form | {"cron": "x"}).status_code == 422
    assert client.post(f"/chaos/suites/new/{suite.service_id}/", form).status_code == 302
    assert client.post(f"/chaos/suites/new/{suite.service_id}/", form).status_code == 422
