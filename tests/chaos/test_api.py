"""REST: rights before validation, closed key sets, every refusal with its field and a remedy."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from chaos import halts
from chaos.models import Experiment, ExperimentRun

from .conftest import World

URL = "/api/v1/chaos"


@pytest.fixture
def body(world: World, service: Callable[..., Any], fields: dict[str, Any]) -> dict[str, Any]:
    """A good POST."""
    service("search-api", team="search", system="discovery")
    return {"service": "component:default/search-api", **fields}


def test_an_operator_creates_an_experiment_and_starts_it(
    body: dict[str, Any], jon: Any, api: Callable[..., Any]
) -> None:
    client = api(jon)
    made = client.post(f"{URL}/experiments/", body, format="json")
    assert made.status_code == 201, made.content
    slug = made.json()["slug"]
    assert client.get(f"{URL}/experiments/{slug}/").json()["hypothesis"] == body["hypothesis"]
    started = client.post(f"{URL}/experiments/{slug}/run/")
    assert started.status_code == 202
    assert started.json()["state"] == "scheduled"
    assert client.get(f"{URL}/runs/").json()["results"][0]["id"] == started.json()["id"]


@pytest.mark.parametrize("who", ["vera", "mira"])
def test_others_cannot_create_one(
    body: dict[str, Any], who: str, request: pytest.FixtureRequest, api: Callable[..., Any]
) -> None:
    assert api(request.getfixturevalue(who)).post(f"{URL}/experiments/", body, format="json").status_code == 403
    assert not Experiment.objects.exists()


def test_nobody_gets_in_without_signing_in(experiment: Experiment, api: Callable[..., Any]) -> None:
    assert api().get(f"{URL}/experiments/").status_code == 401


def test_the_right_is_asked_before_the_body(experiment: Experiment, vera: Any, api: Callable[..., Any]) -> None:
    assert api(vera).post(f"{URL}/experiments/", {"nonsense": 1}, format="json").status_code == 403


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"fault": "rm-rf"}, "fault", "Known faults"),
        ({"method": []}, "fault", "either a method"),
        (
            {"arguments": {"account": "111111111111", "region": "us-east-1", "host": "x"}},
            "arguments.host",
            "takes account, region",
        ),
        ({"arguments": {"account": "999999999999", "region": "us-east-1"}}, "arguments.account", "Known accounts"),
        ({"arguments": {"account": "111111111111", "region": "mars-1"}}, "arguments.region", "write it like"),
        ({"arguments": {"account": "111111111111", "region": "eu-west-9"}}, "arguments.region", "does not work"),
        ({"observe_seconds": 61}, "observe_seconds", "maximum"),
        ({"max_seconds": 121}, "max_seconds", "may not stay longer"),
        ({"every": 300}, "every", "not both"),
        ({"cron": "x"}, "cron", "five fields"),
        ({"timezone": "x"}, "timezone", "IANA"),
        (
            {"stop_conditions": [{"probe": "x", "tolerance": {"at_least": 1}}]},
            "stop_conditions[0].probe",
            "Name a probe",
        ),
        ({"service": "component:default/none"}, "service", "No such service"),
    ],
)
def test_what_is_wrong_is_refused_with_field_and_remedy(
    body: dict[str, Any], jon: Any, api: Callable[..., Any], change: dict[str, Any], field: str, words: str
) -> None:
    answer = api(jon).post(f"{URL}/experiments/", {**copy.deepcopy(body), **change}, format="json")
    assert answer.status_code == 400, answer.content
    assert words in str(answer.json()["error"]["fields"][field])


def test_an_edit_keeps_the_address_and_makes_a_new_version(
    experiment: Experiment, jon: Any, api: Callable[..., Any]
) -> None:
    answer = api(jon).patch(f"{URL}/experiments/{experiment.slug}/", {"observe_seconds": 30}, format="json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["version"] == 2
    assert answer.json()["sha256"] != experiment.sha256


def test_an_experiment_stays_with_its_service(
    experiment: Experiment, jon: Any, api: Callable[..., Any], service: Callable[..., Any]
) -> None:
    service("suggest", team="search")
    body = {"service": "component:default/suggest"}
    assert api(jon).patch(f"{URL}/experiments/{experiment.slug}/", body, format="json").status_code == 400


@pytest.mark.parametrize(("who", "status"), [("vera", 403), ("ana", 403), ("mira", 403), ("jon", 202), ("admin", 202)])
def test_only_operators_of_the_team_start_and_abort(
    experiment: Experiment, who: str, status: int, request: pytest.FixtureRequest, api: Callable[..., Any]
) -> None:
    client = api(request.getfixturevalue(who))
    assert client.post(f"{URL}/experiments/{experiment.slug}/run/").status_code == status
    run = ExperimentRun.objects.first()
    if run is not None:
        assert client.post(f"{URL}/runs/{run.pk}/abort/").status_code == 202


def test_a_run_tells_its_measurements_and_log(
    world: World, run: ExperimentRun, vera: Any, api: Callable[..., Any]
) -> None:
    world.ring_until(run, "ended")
    data = api(vera).get(f"{URL}/runs/{run.pk}/").json()
    assert data["passed"] is True
    assert data["verdicts"]["recovery"]["word"] == "recovered"
    assert data["steady_during"]
    assert data["events"][0]["text"] == "Planned by schedule."


def test_a_halt_over_rest_blocks_and_is_cleared_with_a_reason(
    world: World, run: ExperimentRun, mira: Any, admin: Any, api: Callable[..., Any]
) -> None:
    assert api(mira).post(f"{URL}/halt/", {"reason": "An incident."}, format="json").status_code == 201
    world.ring_until(run, "blocked")
    assert api(mira).delete(f"{URL}/halt/?reason=over").status_code == 403
    assert api(admin).delete(f"{URL}/halt/").status_code == 400
    cleared = api(admin).delete(f"{URL}/halt/?reason=It is over.")
    assert cleared.status_code == 200
    assert cleared.json()["cleared_by"] == "admin"
    assert not halts.standing().exists()
    assert api(admin).delete(f"{URL}/halt/?reason=Again.").status_code == 404


def test_a_viewer_cannot_halt_over_rest(world: World, vera: Any, api: Callable[..., Any]) -> None:
    assert api(vera).post(f"{URL}/halt/", {"reason": "An incident."}, format="json").status_code == 403
