"""Import over REST and on the page: rights first, nothing saved by a dry run, nothing left out without a word."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chaos.models import Experiment
from portal.access.models import AuditEvent

from .conftest import action, python, toolkit

URL = "/api/v1/chaos/import/"
REF = "component:default/search-api"
Browse = Callable[..., Client]
HYPOTHESIS: dict[str, Any] = {
    "sentence": "Search answers without suggestions.",
    "probes": [
        {"key": "hosts", "title": "Hosts", "metric": {"namespace": "N", "name": "M"}, "tolerance": {"at_least": 4}},
    ],
}


@pytest.fixture
def search(world: Any, service: Callable[..., Any]) -> Any:
    """A service of jon's team, in a portal with one account."""
    return service("search-api", team="search", system="discovery")


def one_fault(**parts: Any) -> dict[str, Any]:
    """A file whose only step is one fault."""
    good = toolkit()
    return toolkit(method=[action("off", good["method"][0]["provider"])], **parts)


def body(data: Any, **more: Any) -> dict[str, Any]:
    """A POST that saves."""
    complete = {"method[0].arguments.account": "111111111111"}
    return {"text": json.dumps(data), "service": REF, "dry_run": False, "complete": complete, **more}


def test_a_dry_run_reports_and_saves_nothing(search: Any, jon: Any, api: Callable[..., Any]) -> None:
    answer = api(jon).post(URL, {"text": json.dumps(one_fault(controls=[{"name": "x"}]))}, format="json")
    assert answer.status_code == 200, answer.content
    data = answer.json()
    assert data["counts"] == {"activities": 3, "mapped": 3, "refused": 1, "warnings": 2}
    assert next(f for f in data["findings"] if f["level"] == "refused")["path"] == "controls[0]"
    assert data["experiment"] is None
    assert not Experiment.objects.exists()


def test_an_editor_of_the_team_saves_a_completed_draft_switched_off(
    search: Any, jon: Any, api: Callable[..., Any]
) -> None:
    answer = api(jon).post(URL, body(one_fault()), format="json")
    assert answer.status_code == 201, answer.content
    made = Experiment.objects.get(slug=answer.json()["experiment"])
    assert made.title == "Suggestions may be gone"
    assert not made.enabled
    event = AuditEvent.objects.get(action="chaos.experiment.import", actor="jon")
    assert event.detail["format"] == "chaostoolkit"
    assert AuditEvent.objects.filter(action="chaos.experiment.create", actor="jon").exists()


def test_what_is_not_allowed_is_only_left_out_with_consent(search: Any, jon: Any, api: Callable[..., Any]) -> None:
    data = one_fault(controls=[{"name": "x"}])
    refused = api(jon).post(URL, body(data), format="json")
    assert refused.status_code == 400
    assert "1 part" in refused.json()["error"]["fields"]["leave_out"][0]
    assert api(jon).post(URL, body(data, leave_out=True), format="json").status_code == 201


@pytest.mark.parametrize(("who", "status"), [("vera", 403), ("ana", 403), ("mira", 403), ("jon", 201)])
def test_saving_needs_the_role_of_the_services_team(
    search: Any, who: str, status: int, request: pytest.FixtureRequest, api: Callable[..., Any]
) -> None:
    assert api(request.getfixturevalue(who)).post(URL, body(one_fault()), format="json").status_code == status
    assert Experiment.objects.exists() == (status == 201)


def test_the_right_is_asked_before_the_body(search: Any, vera: Any, api: Callable[..., Any]) -> None:
    assert api(vera).post(URL, {"nonsense": 1}, format="json").status_code == 403


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"text": ""}, "text", "blank"),
        ({"text": "method: ["}, "text", "not YAML"),
        ({"text": "{}"}, "text", "neither an experiment"),
        ({"text": json.dumps(toolkit(method=[]))}, "text", "Nothing in the file"),
        ({"service": "component:default/none"}, "service", "No such service"),
        ({"complete": {"method[0].arguments.zone": "x"}}, "complete", "is not open"),
        ({"complete": {"__class__": "x"}}, "complete", "is not open"),
        ({"complete": {}}, "arguments.account", "missing"),
        ({"complete": {"method[0].arguments.account": "999999999999"}}, "arguments.account", "Known accounts"),
        ({"replace": {"slug": "x"}}, "replace.slug", "Replace one of"),
        ({"replace": {"enabled": True}}, "replace.enabled", "Replace one of"),
        ({"replace": {"hypothesis": {}}}, "hypothesis", "missing"),
        ({"evil": 1}, "evil", "Unknown key"),
    ],
)
def test_what_is_wrong_is_refused_with_field_and_remedy(
    search: Any, jon: Any, api: Callable[..., Any], change: dict[str, Any], field: str, words: str
) -> None:
    answer = api(jon).post(URL, {**body(one_fault()), **change}, format="json")
    assert answer.status_code == 400, answer.content
    fields = answer.json()["error"]["fields"]
    found = [str(value) for name, value in fields.items() if name.endswith(field) or name.startswith(field)]
    assert any(words in one for one in found), fields
    assert not Experiment.objects.exists()


def test_an_exported_experiment_can_be_imported_again(search: Any, jon: Any, api: Callable[..., Any]) -> None:
    client = api(jon)
    first = Experiment.objects.get(slug=client.post(URL, body(one_fault()), format="json").json()["experiment"])
    exported = client.get(f"/api/v1/chaos/experiments/{first.slug}/export/")
    assert exported.status_code == 200
    again = client.post(URL, {"text": exported.content.decode(), "service": REF, "dry_run": False}, format="json")
    assert again.status_code == 201, again.content
    second = Experiment.objects.get(slug=again.json()["experiment"])
    assert second.pk != first.pk
    assert (second.sha256, second.title) == (first.sha256, first.title)


def test_the_page_shows_the_report_and_saves_the_completed_draft(search: Any, jon: Any, browse: Browse) -> None:
    client = browse(jon)
    assert "Read a file" in client.get("/chaos/import/").content.decode()
    text = json.dumps(one_fault(controls=[{"name": "x"}]))
    shown = client.post("/chaos/import/", {"text": text}).content.decode()
    assert "A control runs code around the steps" in shown
    assert "Account of off" in shown
    assert not Experiment.objects.exists()
    form = {
        "text": text,
        "service": REF,
        "title": "Suggest off",
        "open-0": "111111111111",
        "hypothesis": json.dumps(HYPOTHESIS),
        "stop_conditions": "[]",
    }
    without = client.post("/chaos/import/save/", form)
    assert without.status_code == 200
    assert not Experiment.objects.exists()
    saved = client.post("/chaos/import/save/", {**form, "leave_out": "on"})
    made = Experiment.objects.get()
    assert saved["Location"] == made.get_absolute_url()
    assert made.hypothesis == HYPOTHESIS


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(search: Any, jon: Any, browse: Browse) -> None:
    form = {
        "text": json.dumps(one_fault()),
        "service": REF,
        "title": "My title",
        "open-0": "999999999999",
        "hypothesis": json.dumps(HYPOTHESIS),
        "stop_conditions": "[]",
    }
    shown = browse(jon).post("/chaos/import/save/", form).content.decode()
    assert "My title" in shown
    assert "Known accounts" in shown


def test_the_place_of_an_alarm_is_completed_in_the_hypothesis(
    search: Any, jon: Any, browse: Browse, api: Callable[..., Any]
) -> None:
    alarm = python("chaosaws.cloudwatch.probes", "get_alarm_state_value", alarm_name="errors")
    probe = {"type": "probe", "name": "No alarm", "tolerance": "OK", "provider": alarm}
    text = json.dumps(one_fault(**{"steady-state-hypothesis": {"title": "Quiet", "probes": [probe]}}))
    found = api(jon).post(URL, {"text": text}, format="json").json()
    assert found["to_complete"] == ["method[0].arguments.account", "hypothesis.probes[0].alarm.account"]
    form = {
        "text": text, "service": REF, "title": "T", "open-0": "111111111111", "open-1": "111111111111",
        "hypothesis": json.dumps(found["draft"]["hypothesis"]), "stop_conditions": "[]",
    }  # fmt: skip
    assert browse(jon).post("/chaos/import/save/", form).status_code == 302
    assert Experiment.objects.get().hypothesis["probes"][0]["alarm"]["account"] == "111111111111"


@pytest.mark.parametrize("hypothesis", ["[]", "7", "null", "{", '{"sentence": "x", "probes": []}', '{"probes": 7}'])
def test_a_hypothesis_that_is_none_is_said_to_be(search: Any, jon: Any, browse: Browse, hypothesis: str) -> None:
    form = {
        "text": json.dumps(one_fault()),
        "service": REF,
        "title": "T",
        "open-0": "111111111111",
        "hypothesis": hypothesis,
        "stop_conditions": "7",
    }
    answer = browse(jon).post("/chaos/import/save/", form)
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()


def test_a_hostile_file_offers_no_draft(search: Any, jon: Any, browse: Browse) -> None:
    text = json.dumps(toolkit(method=[action("x", python("os", "system", command="<script>alert(1)</script>"))]))
    shown = browse(jon).post("/chaos/import/", {"text": text}).content.decode()
    assert "No experiment can be made of this file." in shown
    assert "os.system is not on the list" in shown
    assert "<script>alert" not in shown
    assert "Save the experiment" not in shown


def test_an_empty_form_says_what_to_do(search: Any, jon: Any, browse: Browse) -> None:
    assert "Choose a file or paste a text." in browse(jon).post("/chaos/import/", {}).content.decode()


@pytest.mark.parametrize("path", ["/chaos/import/", "/chaos/import/save/"])
def test_a_viewer_cannot_import(search: Any, vera: Any, browse: Browse, path: str) -> None:
    assert browse(vera).post(path, {"text": "x"}).status_code == 403


def test_an_editor_of_another_team_cannot_save(search: Any, mira: Any, browse: Browse) -> None:
    form = {
        "text": json.dumps(one_fault()),
        "service": REF,
        "title": "T",
        "open-0": "111111111111",
        "hypothesis": json.dumps(HYPOTHESIS),
        "stop_conditions": "[]",
    }
    assert browse(mira).post("/chaos/import/save/", form).status_code == 403


def test_the_download_is_a_file_of_the_open_format(experiment: Experiment, vera: Any, browse: Browse) -> None:
    answer = browse(vera).get(f"/chaos/experiments/{experiment.slug}/export/")
    assert answer["Content-Disposition"] == f'attachment; filename="{experiment.slug}.json"'
    assert json.loads(answer.content)["method"][0]["provider"]["module"] == "colonnade.faults"
