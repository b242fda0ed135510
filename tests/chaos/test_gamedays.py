"""Game days: who may write, one experiment at a time through the normal start, notes that stay, a report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chaos.gamedays.models import GameDay, GameDayNote
from chaos.models import Experiment, ExperimentRun
from portal.access.models import AuditEvent

from .conftest import World

URL = "/api/v1/chaos/game-days/"


@pytest.fixture
def body(experiment: Experiment) -> dict[str, Any]:
    """A good plan of search."""
    return {
        "title": "Autumn", "purpose": "Does search live?", "owner_ref": "group:default/search", "zone": "Europe/Berlin",
        "starts_at": "2026-11-23T13:00:00Z", "people": [{"name": "jon", "role": "lead"}],
        "experiments": [experiment.slug, experiment.slug],
    }  # fmt: skip


@pytest.fixture
def day(body: dict[str, Any], jon: Any, api: Callable[..., Any]) -> GameDay:
    """The planned day."""
    made = api(jon).post(URL, body, format="json")
    assert made.status_code == 201, made.content
    return GameDay.objects.get(pk=made.json()["id"])


def test_experiments_start_one_after_the_other_through_the_normal_start(
    world: World, day: GameDay, jon: Any, api: Callable[..., Any]
) -> None:
    client = api(jon)
    first = client.post(f"{URL}{day.pk}/next/")
    assert first.status_code == 202, first.content
    assert client.post(f"{URL}{day.pk}/next/").status_code == 400
    run = ExperimentRun.objects.get(pk=first.json()["id"])
    world.ring_until(run, "ended")
    assert client.post(f"{URL}{day.pk}/next/").status_code == 202
    world.ring_until(ExperimentRun.objects.latest("id"), "ended")
    assert "All experiments have been started" in str(client.post(f"{URL}{day.pk}/next/").json())
    told = client.get(f"{URL}{day.pk}/").json()
    assert told["state"] == "running"
    assert [step["run"]["passed"] for step in told["steps"]] == [True, True]


def test_guards_have_their_say(
    world: World, day: GameDay, jon: Any, api: Callable[..., Any], guard: Callable[..., Any]
) -> None:
    with guard(lambda query: "an incident is open"):
        api(jon).post(f"{URL}{day.pk}/next/")
        world.ring_until(ExperimentRun.objects.get(), "blocked")
    assert "apply" not in world.calls


@pytest.mark.parametrize("who", ["vera", "mira"])
def test_others_read_and_no_more(
    world: World, day: GameDay, body: dict[str, Any], who: str, request: pytest.FixtureRequest, api: Callable[..., Any]
) -> None:
    client = api(request.getfixturevalue(who))
    assert client.get(f"{URL}{day.pk}/").status_code == 200
    for path in ("next/", "end/", "notes/"):
        assert client.post(f"{URL}{day.pk}/{path}", {"text": "x"}, format="json").status_code == 403
    assert client.patch(f"{URL}{day.pk}/", {"title": "Mine"}, format="json").status_code == 403
    assert client.post(URL, body, format="json").status_code == 403
    assert not ExperimentRun.objects.exists()


def test_an_experiment_of_another_team_needs_an_operator_of_that_team(
    world: World, body: dict[str, Any], mira: Any, api: Callable[..., Any]
) -> None:
    client = api(mira)
    made = client.post(URL, body | {"owner_ref": "group:default/payments"}, format="json").json()
    assert client.post(f"{URL}{made['id']}/next/").status_code == 403
    assert not ExperimentRun.objects.exists()
    assert GameDay.objects.get(pk=made["id"]).state == "planned"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"experiments": ["no-such"]}, "experiments"), ({"people": [{"name": "a", "role": "king"}]}, "people"),
        ({"zone": "Mars"}, "zone"), ({"owner_ref": "search"}, "owner_ref"), ({"title": " "}, "title"), ({"x": 1}, "x"),
        ({"people": [{"name": "a", "role": "lead"}, {"name": "a", "role": "scribe"}]}, "people"),
    ],
)  # fmt: skip
def test_bad_input_names_its_field(
    body: dict[str, Any], jon: Any, api: Callable[..., Any], change: dict[str, Any], field: str
) -> None:
    answer = api(jon).post(URL, body | change, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


def test_notes_name_author_and_kind_and_go_into_the_report(
    world: World, day: GameDay, jon: Any, vera: Any, api: Callable[..., Any], browse: Callable[..., Any]
) -> None:
    client = api(jon)
    for kind, text in (("note", "We begin."), ("finding", "Slow answers <b>"), ("action", "Raise the limit.")):
        assert client.post(f"{URL}{day.pk}/notes/", {"kind": kind, "text": text}, format="json").status_code == 201
    assert client.post(f"{URL}{day.pk}/notes/", {"kind": "poem", "text": "x"}, format="json").status_code == 400
    assert client.post(f"{URL}{day.pk}/end/").json()["state"] == "ended"
    assert client.post(f"{URL}{day.pk}/end/").status_code == 400
    assert client.post(f"{URL}{day.pk}/next/").status_code == 400
    report = browse(vera).get(f"/chaos/game-days/{day.pk}/report/").content.decode()
    for text in ("Slow answers &lt;b&gt;", "Raise the limit.", "jon (lead)", "data-print", "Mon 23 Nov 2026 14:00"):
        assert text in report
    assert [note.author for note in GameDayNote.objects.all()] == ["jon"] * 3
    assert "chaos.game-day.end" in AuditEvent.objects.values_list("action", flat=True)


def test_what_was_started_stays_first(world: World, day: GameDay, jon: Any, api: Callable[..., Any]) -> None:
    client = api(jon)
    client.post(f"{URL}{day.pk}/next/")
    assert client.patch(f"{URL}{day.pk}/", {"experiments": []}, format="json").status_code == 400
    slug = Experiment.objects.get().slug
    assert client.patch(f"{URL}{day.pk}/", {"experiments": [slug]}, format="json").status_code == 200
    assert day.steps.count() == 1


def test_the_pages_stand_and_the_live_part_is_polled(
    world: World, day: GameDay, jon: Any, vera: Any, browse: Callable[..., Any]
) -> None:
    text = browse(jon).get(f"/chaos/game-days/{day.pk}/").content.decode()
    assert "Start the next experiment" in text
    assert "Start the next experiment" not in browse(vera).get(f"/chaos/game-days/{day.pk}/").content.decode()
    part = browse(jon).get(f"/chaos/game-days/{day.pk}/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="game-day")
    assert "<html" not in part.content.decode()
    assert "not started" in part.content.decode()
    assert "Autumn" in browse(vera).get("/chaos/game-days/").content.decode()
    assert browse(vera).get("/chaos/game-days/new/").status_code == 403
    form = {
        "title": "Winter", "owner_ref": "group:default/search", "starts_at": "2026-12-01T10:00", "zone": "Europe/Berlin",
        "people": "jon, lead\nana, scribe", "experiments": Experiment.objects.get().slug,
    }  # fmt: skip
    assert browse(jon).post("/chaos/game-days/new/", form | {"people": "jon"}).status_code == 422
    made = browse(jon).post("/chaos/game-days/new/", form)
    assert made.status_code == 302
    assert browse(jon).get(f"{made['Location']}edit/").status_code == 200
    assert browse(jon).post(f"{made['Location']}next/").status_code == 302
    assert browse(jon).post(f"{made['Location']}note/", {"text": "Hello", "kind": "note"}).status_code == 302
    assert "Hello" in browse(vera).get(made["Location"]).content.decode()
