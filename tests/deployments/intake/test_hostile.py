"""Whatever is sent: an answer that names what is wrong and what to do, never a 500, nothing half-written."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.intake.dialects import READERS
from deployments.intake.record import Message, Record, Refusal
from deployments.models import Deployment, IntakeEvent, RefusedEvent
from tests.deployments.intake.senders import EXAMPLES, example, make_sender, post, signed

NOW = "2026-11-20T10:01:00Z"
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(allow_nan=False), st.text(max_size=20),
    st.sampled_from(["2026-11-20T10:00:00Z", "9999-99-99", "javascript:alert(1)", "1e400", "x" * 5_000, "0001-01-01T00:00:00+14:00"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place within a body."""
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path] + [found for step, inner in steps for found in paths(inner, (*path, step))]


def with_value(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The body with another value at one place."""
    if not path:
        return value
    found = copy.deepcopy(body)
    place = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return found


@given(data=st.data())
@settings(max_examples=600)
def test_a_reader_answers_with_records_or_a_refusal_whatever_stands_anywhere(data: Any) -> None:
    recorded = example(data.draw(st.sampled_from([path.stem for path in EXAMPLES])))
    body = with_value(recorded["body"], data.draw(st.sampled_from(paths(recorded["body"]))), data.draw(values))
    found = outcome(recorded["door"], Message(json.dumps(body).encode(), recorded["headers"]))
    if isinstance(found, Refusal):
        assert found.reason and found.remedy  # noqa: PT018
    else:
        assert all(isinstance(record, Record) for record in found)


def outcome(door: str, message: Message) -> list[Record] | Refusal:
    """What the reader says."""
    try:
        return READERS[door](message)
    except Refusal as error:
        return error


@given(body=st.binary(max_size=300), door=st.sampled_from(sorted(READERS)))
def test_a_reader_answers_to_any_bytes(body: bytes, door: str) -> None:
    headers = {"content-type": "application/json", "x-github-event": "deployment", "x-github-delivery": "1"}
    with pytest.raises(Refusal):
        READERS[door](Message(body, headers))


BODIES = {
    "not JSON": (b"deployed!", 400),
    "nothing": (b" ", 400),
    "a list": (b"[]", 400),
    "invalid UTF-8": (b'{"a": "\xff\xfe"}', 400),
    "NUL": (b'{"service": "check\\u0000out"}', 400),
    "a lone surrogate": (b'{"service": "\\ud800"}', 400),
    "the same key twice": (b'{"service": "checkout", "service": "ledger"}', 400),
    "ten thousand levels": (b"[" * 10_000 + b"]" * 10_000, 400),
    "forty levels": (b'{"a":' * 40 + b"1" + b"}" * 40, 400),
    "a number of 5,000 digits": (b'{"id": ' + b"9" * 5_000 + b"}", 400),
    "a number beyond floats": (b'{"context": 1e999}', 400),
    "NaN": (b'{"id": NaN}', 400),
}


@pytest.mark.parametrize("what", BODIES)
@time_machine.travel(NOW, tick=False)
def test_hopeless_bodies_are_400_at_every_door_and_stand_in_the_log(
    what: str, catalog: Any, admin: Any, mira: Any, api: Any
) -> None:
    body, status = BODIES[what]
    reply = api(mira).generic("POST", "/api/v1/events/", body, content_type="application/json")
    assert reply.status_code in (status, 422), reply.content
    for dialect in ("github", "gitlab", "eventbridge", "flagger", "argo"):
        _, secret = make_sender(admin, dialect, "key" if dialect == "gitlab" else "")
        headers = {"content-type": "application/json", "x-github-event": "deployment", "x-github-delivery": "1"}
        reply = post(Client(), dialect, body, headers | signed(dialect, secret, body))
        assert reply.status_code in (status, 422), (dialect, reply.content)
        error = reply.json()["error"]
        assert error["message"]
    make_sender(admin, "sns")
    assert post(Client(), "sns", body, {"content-type": "text/plain"}).status_code in (400, 401, 422)
    assert RefusedEvent.objects.count() == 6
    assert not IntakeEvent.objects.exists()
    assert api(admin).get("/api/v1/deployments/refused/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("timestamp", "yesterday", "context.timestamp"),
        ("timestamp", "2026-11-20T10:00:00", "context.timestamp"),
        ("timestamp", "2027-01-01T00:00:00Z", "occurred_at"),
        ("timestamp", "2020-01-01T00:00:00Z", "occurred_at"),
        ("id", "", "context.id"),
        ("id", {"a": 1}, "context.id"),
        ("id", "x" * 201, "context.id"),
        ("source", None, "context.source"),
        ("source", "codedeploy", "source"),
        ("source", "github", "source"),
        ("type", "com.example.other", "context.type"),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_a_refusal_names_the_field_and_the_remedy(field: str, value: Any, named: str, send: Callable[..., Any]) -> None:
    recorded = example("cdevents-service-deployed")
    recorded["body"]["context"][field] = value
    reply = send(recorded)
    assert reply.status_code == 422
    (result,) = reply.json()["results"]
    assert (result["state"], result["field"]) == ("refused", named)
    assert result["remedy"]
    assert not Deployment.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_another_minor_version_and_unknown_fields_are_tolerated(send: Callable[..., Any]) -> None:
    recorded = example("cdevents-service-deployed")
    recorded["body"]["context"] |= {
        "type": "dev.cdevents.service.deployed.0.9.1-draft",
        "links": [],
        "future": {"a": 1},
    }
    assert send(recorded).status_code == 202


@time_machine.travel(NOW, tick=False)
def test_in_a_batch_the_good_events_are_taken_and_the_bad_ones_named(send: Callable[..., Any]) -> None:
    recorded = example("cloudevents-batch")
    good = recorded["body"][0]
    recorded["body"] = [good, {**good, "specversion": "0.3"}, {**good, "id": "", "source": "x"}, "no event"]
    reply = send(recorded)
    assert reply.status_code == 202
    assert [result["state"] for result in reply.json()["results"]] == ["accepted", "refused", "refused", "refused"]
    assert RefusedEvent.objects.count() == 3


@given(body=values, door=st.sampled_from(["events", "flagger", "eventbridge"]))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_makes_a_server_error(body: Any, door: str, fuzzed: Callable[..., Any]) -> None:
    reply = fuzzed(door, json.dumps(body).encode())
    assert reply.status_code in (200, 202, 400, 403, 409, 422), reply.content


@pytest.fixture
def fuzzed(catalog: Any, admin: Any, mira: Any) -> Callable[..., Any]:
    """Send any body through a door as somebody who is known there."""
    from portal.access import tokens

    secrets = {door: make_sender(admin, door)[1] for door in ("flagger", "eventbridge")}
    secrets["events"] = tokens.issue(mira, "operator")

    def sent(door: str, body: bytes) -> Any:
        headers = {"content-type": "application/json", "authorization": f"Bearer {secrets[door]}"}
        return post(Client(), door, body, headers)

    return sent
