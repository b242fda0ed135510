"""The editor of a method: rows by the server, their order by buttons, and errors beside their fields while one types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chaos import editor, start
from chaos.models import Experiment

Browse = Callable[..., Client]
BASE = {"title": "Zone gone", "observe_seconds": "10", "max_seconds": "60", "cron": "", "timezone": "UTC"}
FAULT = {"type": "fault", "fault": "test-fault", "arg-account": "111111111111", "arg-region": "us-east-1"}
PAUSE = {"type": "pause", "name": "Settle", "seconds": "5"}
PROBE = {"type": "probe", "probe": "hosts"}
HTMX = {"HX-Request": "true"}


def form(*rows: dict[str, str], **more: str) -> dict[str, str]:
    """What the browser would post."""
    fields = {f"steps-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}
    return {**BASE, **fields, "steps-count": str(len(rows)), **more}


def url(experiment: Experiment, what: str = "edit") -> str:
    return f"/chaos/experiments/{experiment.slug}/{what}/"


def test_a_method_of_several_steps_is_saved(experiment: Experiment, jon: Any, browse: Browse) -> None:
    answer = browse(jon).post(url(experiment), form(PROBE, FAULT, PAUSE))
    assert answer.status_code == 302, answer.content
    experiment.refresh_from_db()
    assert [step.type for step in experiment.steps] == ["probe", "fault", "pause"]
    assert experiment.method[1]["name"] == "Test fault"
    assert experiment.version == 2


def test_a_form_without_rows_leaves_the_method_alone(experiment: Experiment, jon: Any, browse: Browse) -> None:
    before = experiment.method
    assert browse(jon).post(url(experiment), BASE).status_code == 302
    experiment.refresh_from_db()
    assert experiment.method == before


@pytest.mark.parametrize(
    ("do", "types"),
    [
        ("add:pause", ["fault", "pause", "pause"]),
        ("add:fault", ["fault", "pause", "fault"]),
        ("remove:0", ["pause"]),
        ("up:1", ["pause", "fault"]),
        ("down:0", ["pause", "fault"]),
        ("up:0", ["fault", "pause"]),
        ("down:1", ["fault", "pause"]),
        ("up:99", ["fault", "pause"]),
        ("drop:table", ["fault", "pause"]),
        ("refresh", ["fault", "pause"]),
    ],
)
def test_a_button_changes_the_rows_and_saves_nothing(
    experiment: Experiment, jon: Any, browse: Browse, do: str, types: list[str]
) -> None:
    before = (experiment.method, experiment.version)
    text = browse(jon).post(url(experiment), form(FAULT, PAUSE, do=do), headers=HTMX).content.decode()
    seen = [line.split('value="')[1].split('"')[0] for line in text.splitlines() if "-type" in line]
    assert seen == types
    assert "<html" not in text
    experiment.refresh_from_db()
    assert (experiment.method, experiment.version) == before


def test_the_rows_work_without_a_script_too(experiment: Experiment, jon: Any, browse: Browse) -> None:
    text = browse(jon).post(url(experiment), form(FAULT, do="add:pause")).content.decode()
    assert "<html" in text
    assert 'name="steps-1-seconds"' in text


def test_a_new_fault_begins_in_the_place_of_the_one_before(experiment: Experiment, jon: Any, browse: Browse) -> None:
    rows, focus = editor.act([{"type": "fault", "fault": "x", "arguments": {"account": "1", "zone": "a"}}], "add:fault")
    assert focus == 1
    assert rows[1]["arguments"] == {"account": "1"}


def test_another_fault_loses_the_name_of_the_one_before(experiment: Experiment) -> None:
    rows = [{"type": "fault", "name": "Test fault", "fault": "zone-network-cut", "arguments": {}}]
    assert editor.act(rows, "refresh")[0][0]["name"] == ""
    assert editor.act([{**rows[0], "name": "Ours"}], "refresh")[0][0]["name"] == "Ours"


def test_what_is_wrong_stands_beside_its_field(experiment: Experiment, jon: Any, browse: Browse) -> None:
    rows = [{**FAULT, "arg-region": "mars"}, {**PAUSE, "seconds": "soon"}]
    text = browse(jon).post(url(experiment), form(*rows)).content.decode()
    assert 'id="error-steps-0-arg-region" role="alert">Region is missing or malformed' in text
    assert 'id="error-steps-1-seconds" role="alert">Give a whole number of seconds' in text
    experiment.refresh_from_db()
    assert experiment.version == 1


def test_typing_is_answered_with_all_errors_at_their_fields(experiment: Experiment, jon: Any, browse: Browse) -> None:
    rows = [{**FAULT, "arg-region": "mars"}, {**PAUSE, "seconds": "0"}, {**PROBE, "probe": "x"}]
    text = browse(jon).post(url(experiment, "validate"), form(*rows, title="")).content.decode()
    for field, words in (
        ("steps-0-arg-region", "Region is missing"),
        ("steps-1-seconds", "1 to 3600"),
        ("steps-2-probe", "Name a probe"),
        ("title", "required"),
    ):
        assert words in text.split(f'id="error-{field}"')[1].split("</small>")[0]
    assert 'id="error-cron" role="alert" hx-swap-oob="true"></small>' in text
    assert "Not ready yet" in text


def test_a_good_form_is_said_to_be_good_and_nothing_is_saved(experiment: Experiment, jon: Any, browse: Browse) -> None:
    text = browse(jon).post(url(experiment, "validate"), form(FAULT, PAUSE)).content.decode()
    assert "It can be saved as it is." in text
    experiment.refresh_from_db()
    assert experiment.version == 1


@pytest.mark.parametrize(
    ("rows", "more", "field", "words"),
    [
        ([PAUSE], {}, "steps", "1 to 5 faults"),
        ([FAULT, {**PAUSE, "seconds": "55"}], {}, "max_seconds", "The pauses under the fault"),
        ([FAULT], {"cron": "every day"}, "cron", "five fields"),
    ],
)
def test_the_whole_is_judged_once_each_field_is_good(
    experiment: Experiment, jon: Any, browse: Browse, rows: Any, more: Any, field: str, words: str
) -> None:
    text = browse(jon).post(url(experiment, "validate"), form(*rows, **more)).content.decode()
    assert words in text.split(f'id="error-{field}"')[1].split("</small>")[0]


def test_the_editor_tells_what_an_unchanged_fault_would_hit_and_how_old_that_is(
    experiment: Experiment, jon: Any, browse: Browse
) -> None:
    start.look_up(experiment)
    client = browse(jon)
    text = client.get(url(experiment)).content.decode()
    assert "2 of 6 hosts." in text
    assert "Looked up" in text
    other = form({**FAULT, "arg-region": "eu-west-1"}, do="refresh")
    assert "2 of 6 hosts." not in client.post(url(experiment), other, headers=HTMX).content.decode()


@pytest.mark.parametrize("what", ["edit", "validate"])
def test_others_reach_neither_editor_nor_validation(
    experiment: Experiment, vera: Any, mira: Any, browse: Browse, what: str
) -> None:
    for who in (vera, mira):
        assert browse(who).post(url(experiment, what), form(FAULT)).status_code == 403


@given(st.dictionaries(st.sampled_from([
    "steps-count", "steps-0-type", "steps-0-seconds", "steps-0-fault", "steps-0-arg-zone", "steps-1-type", "steps-1-probe",
]), st.text(max_size=12) | st.sampled_from(["1", "2", "99999", "fault", "pause", "probe", "٣", "²"])))  # fmt: skip
def test_whatever_is_posted_is_read_as_rows_that_can_be_judged(data: dict[str, str]) -> None:
    rows = editor.posted(data)
    if rows is None:
        return
    assert len(rows) <= editor.MOST + 1
    for do in ("up:1", "down:0", "remove:0", "add:probe", "²", "up:٣"):
        changed, focus = editor.act(rows, do)
        assert focus is None or 0 <= focus < len(changed)
