"""The pages: who may press what, what is said first, and queries that do not grow with the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chaos import experiments, halts
from chaos.models import Experiment, ExperimentRun
from chaos.start import create
from portal.access.models import AuditEvent

from .conftest import START, World

Browse = Callable[..., Client]


def test_a_viewer_cannot_start_an_experiment(experiment: Experiment, vera: Any, browse: Browse) -> None:
    assert browse(vera).post(f"/chaos/experiments/{experiment.slug}/run/").status_code == 403
    assert not ExperimentRun.objects.exists()


def test_an_operator_of_another_team_cannot_start_an_experiment(
    experiment: Experiment, mira: Any, browse: Browse
) -> None:
    assert browse(mira).post(f"/chaos/experiments/{experiment.slug}/run/").status_code == 403


def test_an_operator_of_the_team_starts_one_and_is_on_record(experiment: Experiment, jon: Any, browse: Browse) -> None:
    answer = browse(jon).post(f"/chaos/experiments/{experiment.slug}/run/")
    run = ExperimentRun.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/chaos/runs/{run.pk}/"
    assert AuditEvent.objects.filter(action="chaos.run.start", actor="jon").exists()


def test_nobody_sees_chaos_without_signing_in(experiment: Experiment, browse: Browse) -> None:
    assert browse().get("/chaos/").status_code == 302


def test_the_list_shows_verdict_and_next_run(world: World, run: ExperimentRun, vera: Any, browse: Browse) -> None:
    world.ring_until(run, "ended")
    text = browse(vera).get("/chaos/").content.decode()
    assert "Zone us-east-1a down" in text
    assert "Passed" in text
    assert "Halt all experiments" not in text


def test_the_empty_list_says_what_to_do(world: World, vera: Any, browse: Browse) -> None:
    assert "No experiment yet" in browse(vera).get("/chaos/").content.decode()


def test_the_download_follows_the_same_filter_as_the_page(experiment: Experiment, vera: Any, browse: Browse) -> None:
    def lines(query: str) -> list[str]:
        parts = browse(vera).get(f"/chaos/?format=csv{query}").streaming_content
        return b"".join(parts).decode().splitlines()

    assert lines("")[1].startswith("search-api-zone-us-east-1a-down,Zone us-east-1a down,component:default/search-api")
    assert len(lines("&team=payments")) == 1


def test_the_list_narrows_by_its_url(experiment: Experiment, vera: Any, browse: Browse) -> None:
    assert experiment.title in browse(vera).get("/chaos/?q=search").content.decode()
    assert experiment.title in browse(vera).get("/chaos/?team=search").content.decode()
    for other in ("payments", "arch"):
        assert "No experiment fits" in browse(vera).get(f"/chaos/?team={other}").content.decode()


@pytest.mark.parametrize("count", [10, 1000])
def test_the_list_asks_a_constant_number_of_queries(
    experiment: Experiment, vera: Any, browse: Browse, count: int, django_assert_max_num_queries: Any
) -> None:
    copies = []
    for number in range(count):
        made = Experiment.objects.get(pk=experiment.pk)
        made.pk, made.slug, made.title = None, f"copy-{number}", f"Copy {number}"
        copies.append(made)
    Experiment.objects.bulk_create(copies)
    for made in Experiment.objects.all()[:25]:
        create(made, START, by="schedule")
    client = browse(vera)
    with django_assert_max_num_queries(16):
        assert client.get("/chaos/").status_code == 200


def test_the_experiment_says_claim_reach_schedule_and_guards(experiment: Experiment, jon: Any, browse: Browse) -> None:
    text = browse(jon).get(experiment.get_absolute_url()).content.decode()
    assert "The service answers from the other zones." in text
    assert "Healthy hosts is at least 4 hosts" in text
    assert "Nobody has tried this yet." in text
    assert "26 Nov 2026" in text
    assert "Run now" in text
    assert "May it run now?" in text


def test_the_next_runs_are_told_in_the_time_zone_of_the_schedule(
    experiment: Experiment, vera: Any, browse: Browse
) -> None:
    experiments.change(experiment, {"cron": "0 10 * * THU", "timezone": "Asia/Tokyo"}, "jon")
    text = browse(vera).get(experiment.get_absolute_url()).content.decode()
    assert "Thu 10:00" in text
    assert "Asia/Tokyo" in text


def test_a_run_shows_verdict_first_then_the_proof_of_the_undo(
    world: World, run: ExperimentRun, vera: Any, browse: Browse
) -> None:
    world.ring_until(run, "ended")
    text = browse(vera).get(run.get_absolute_url()).content.decode()
    assert text.index("Proven: the steady state held") < text.index("undone and proven")
    assert "hx-get" not in text.split('id="run"')[1].split(">")[0]
    assert "Abort" not in text


def test_a_run_under_way_refreshes_itself_and_can_be_aborted(
    world: World, run: ExperimentRun, jon: Any, browse: Browse
) -> None:
    world.ring_until(run, "observing")
    client = browse(jon)
    text = client.get(run.get_absolute_url()).content.decode()
    assert 'hx-trigger="every 2s"' in text
    assert "Abort" in text
    fragment = client.get(run.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    client.post(f"/chaos/runs/{run.pk}/abort/")
    world.ring_until(run, "ended")
    assert "Aborted by jon. The undo is proven." in client.get(run.get_absolute_url()).content.decode()


def test_abort_is_the_first_thing_that_the_keyboard_reaches_and_is_left_alone_by_refreshes(
    world: World, run: ExperimentRun, jon: Any, browse: Browse
) -> None:
    world.ring_until(run, "observing")
    client = browse(jon)
    main = client.get(run.get_absolute_url()).content.decode().split("<main")[1]
    first = min(main.index(tag) for tag in ("<a ", "<button", "<select", "<summary") if tag in main)
    assert main[first:].startswith('<button class="btn btn-danger abort-button" id="abort"')
    fragment = client.get(run.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "abort-bar" not in fragment
    world.ring_until(run, "ended")
    fragment = client.get(run.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert '<div id="abort-bar" hx-swap-oob="true"></div>' in fragment


def test_the_run_tells_of_each_step(world: World, run: ExperimentRun, vera: Any, browse: Browse) -> None:
    world.ring_until(run, "observing")
    text = browse(vera).get(run.get_absolute_url()).content.decode()
    assert "1. Test fault" in text
    assert "in place" in text
    assert "seen in place" in text


def test_a_blocked_run_says_why_and_that_nothing_changed(
    world: World, run: ExperimentRun, vera: Any, browse: Browse
) -> None:
    world.hosts = None
    world.ring_until(run, "blocked")
    text = browse(vera).get(run.get_absolute_url()).content.decode()
    assert "nothing was changed" in text
    assert "no data in the window" in text


def test_a_viewer_cannot_abort(world: World, run: ExperimentRun, vera: Any, browse: Browse) -> None:
    world.ring_until(run, "observing")
    assert browse(vera).post(f"/chaos/runs/{run.pk}/abort/").status_code == 403
    run.refresh_from_db()
    assert run.abort_by == ""


def test_a_halt_needs_a_reason_and_shows_it_to_all(experiment: Experiment, jon: Any, vera: Any, browse: Browse) -> None:
    client = browse(jon)
    client.post("/chaos/halt/", {"reason": ""})
    assert not halts.standing().exists()
    client.post("/chaos/halt/", {"reason": "The database is slow."})
    text = browse(vera).get("/chaos/").content.decode()
    assert "All experiments are halted by jon: The database is slow." in text
    assert "Clear the halt" not in text


def test_a_halt_is_cleared_only_by_who_may(experiment: Experiment, jon: Any, admin: Any, browse: Browse) -> None:
    halts.halt(jon, "The database is slow.")
    assert browse(jon).post("/chaos/halt/clear/", {"reason": "Well.", "scope": "all"}).status_code == 403
    assert halts.standing().exists()
    browse(admin).post("/chaos/halt/clear/", {"reason": "It is fast again.", "scope": "all"})
    assert not halts.standing().exists()


def test_an_edit_makes_a_new_version_and_moves_the_schedule(experiment: Experiment, jon: Any, browse: Browse) -> None:
    from portal.jobs.models import Schedule

    fields = {
        "title": "Zone gone",
        "cron": "0 9 * * MON",
        "timezone": "Europe/Berlin",
        "observe_seconds": 20,
        "enabled": "on",
    }
    assert browse(jon).post(f"/chaos/experiments/{experiment.slug}/edit/", fields).status_code == 302
    experiment.refresh_from_db()
    assert (experiment.title, experiment.version) == ("Zone gone", 2)
    assert Schedule.objects.get(key=experiment.schedule_key).cron == "0 9 * * MON"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"observe_seconds": 61}, "the maximum of this experiment"),
        ({"cron": "every day"}, "five fields"),
        ({"timezone": "Mars/Olympus"}, "IANA name"),
        ({"cron": ""}, "before switching it on"),
    ],
)
def test_a_wrong_edit_is_refused_with_its_remedy(
    experiment: Experiment, jon: Any, browse: Browse, change: dict[str, Any], words: str
) -> None:
    fields = {"title": "Zone gone", "cron": "0 9 * * MON", "timezone": "UTC", "observe_seconds": 20, "enabled": "on"}
    answer = browse(jon).post(f"/chaos/experiments/{experiment.slug}/edit/", fields | change)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_an_editor_cannot_edit_what_runs_by_itself(
    experiment: Experiment, person: Callable[..., Any], browse: Browse
) -> None:
    eve = person("eve", "editor", "search")
    fields = {"title": "Mine", "cron": "* * * * *", "timezone": "UTC", "observe_seconds": 20}
    assert browse(eve).post(f"/chaos/experiments/{experiment.slug}/edit/", fields).status_code == 403


def test_the_panel_shows_the_proof_and_that_it_ends(world: World, run: ExperimentRun, vera: Any, rf: Any) -> None:
    from chaos import panels

    world.ring_until(run, "ended")
    request = rf.get("/")
    request.user = vera
    context = panels.service_panel(request, run.service)
    assert context is not None
    assert context["entries"][0]["said"].label == "Passed"
    world.clock.shift(timedelta(days=31))
    context = panels.service_panel(request, run.service)
    assert context is not None
    assert context["entries"][0]["said"].label == "Expired"


def test_home_and_search_know_experiments(experiment: Experiment, vera: Any) -> None:
    from chaos import panels

    assert panels.upcoming(vera)[0].title == "Zone us-east-1a down on search-api"
    assert panels.find(vera, "zone", 5)[0].url == experiment.get_absolute_url()
    create(experiment, START, by="jon")
    assert panels.running(vera)[0].note == "The experiment waits for a worker."


def test_a_second_experiment_of_the_same_name_has_its_own_address(
    experiment: Experiment, fields: dict[str, Any]
) -> None:
    assert experiments.create(experiment.service, fields, "jon").slug == f"{experiment.slug}-2"
