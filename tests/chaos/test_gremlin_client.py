"""The client for Gremlin: the calls of its public model, each way to fail, and nothing secret in any text."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from chaos.gremlin import account, attacks, client, reliability, scenarios
from chaos.gremlin.errors import GremlinError, NotConnected, NotSent, Refused, Throttled, Unsure
from tests.chaos.gremlin_world import GUID, KEY, SCENARIO, SERVICE, TEAM, Gremlin, serve

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def gremlin(db: None, settings: Any) -> Iterator[Gremlin]:
    with serve(settings) as world:
        yield world


def test_an_attack_is_started_with_key_team_and_body(gremlin: Gremlin) -> None:
    command = {"type": "cpu", "args": ["-l", "60"]}
    assert attacks.start(command, {"type": "Random"}) == GUID
    (call,) = gremlin.calls
    assert (call.method, call.path, call.query) == ("POST", "/attacks/new", {"teamId": [TEAM]})
    assert call.headers["Authorization"] == f"Key {KEY}"
    assert call.headers["Content-Type"] == "application/json"
    assert call.json == {"command": command, "target": {"type": "Random"}}


def test_the_calls_are_those_of_the_model(gremlin: Gremlin) -> None:
    attacks.look(GUID)
    attacks.halt(GUID)
    attacks.halt_everything("drill")
    attacks.active()
    assert scenarios.run(SCENARIO) == 7
    scenarios.look(SCENARIO, 7)
    scenarios.halt(SCENARIO, 7)
    scenarios.flags(SCENARIO, 7)
    reliability.tests()
    reliability.run("latency-test", SERVICE, dependency="db")
    reliability.runs(SERVICE)
    assert reliability.score(SERVICE) == 75.5
    assert [f"{one.method} {one.path}" for one in gremlin.calls] == [
        f"GET /attacks/{GUID}",
        f"DELETE /attacks/{GUID}",
        "POST /halts",
        "GET /attacks/active/paged",
        f"POST /scenarios/{SCENARIO}/runs",
        f"GET /scenarios/{SCENARIO}/runs/7",
        f"POST /scenarios/halt/{SCENARIO}/runs/7",
        f"GET /scenarios/{SCENARIO}/runs/7/resultFlags",
        "GET /reliability-tests",
        "POST /reliability-tests/latency-test/runs",
        "GET /reliability-tests/runs",
        f"GET /reliability-management/services/{SERVICE}",
    ]
    assert all(one.query["teamId"] == [TEAM] for one in gremlin.calls)
    assert gremlin.calls[9].json == {"serviceId": SERVICE, "dependencyId": "db"}


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, Refused, "refuses the key"),
        (403, Refused, "refuses the key"),
        (400, Refused, "bad target"),
        (302, Refused, "302"),
        (500, Unsure, "bad target"),
    ],
)
def test_each_refusal_says_what_happened(gremlin: Gremlin, status: int, kind: type[GremlinError], said: str) -> None:
    gremlin.say["POST", "/attacks/new"] = (status, "bad target", {})
    with pytest.raises(kind, match=said):
        attacks.start({}, {})
    assert len(gremlin.calls) == 1


def test_the_key_is_in_no_log_and_in_no_error(gremlin: Gremlin, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    gremlin.say["POST", "/attacks/new"] = (400, f"unknown header Key {KEY}", {})
    with pytest.raises(Refused) as caught:
        attacks.start({}, {})
    assert KEY not in str(caught.value)
    assert KEY not in caplog.text
    assert KEY not in repr(account.access())
    assert "POST /attacks/new answered 400" in caplog.text


def test_after_429_nothing_but_halts_goes_out_before_its_time(gremlin: Gremlin) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        gremlin.say["GET", "/clients/active"] = (429, "", {"Retry-After": "120"})
        with pytest.raises(Throttled, match="120 s"):
            attacks.agents({"service": "web"})
        del gremlin.say["GET", "/clients/active"]
        with pytest.raises(Throttled, match="12:02:00"):
            attacks.agents({"service": "web"})
        attacks.halt_everything("stop")
        assert len(gremlin.calls) == 2
        clock.shift(121)
        assert attacks.agents({"service": "web"}) == ["host-1", "host-2"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60", 60.0), ("Mon, 23 Nov 2026 12:01:30 GMT", 90.0), ("soon", 30.0), ("", 30.0), ("0", 1.0), ("-5", 30.0)],
)
def test_retry_after_is_a_number_or_a_date(text: str, seconds: float) -> None:
    with time_machine.travel(NOON, tick=False):
        assert client._seconds(text) == seconds


def test_a_pause_is_never_longer_than_an_hour(gremlin: Gremlin) -> None:
    with time_machine.travel(NOON, tick=False):
        account.keep_quiet(10**9)
        until = account.quiet_until()
    assert until is not None
    assert (until - NOON).total_seconds() == 3600


def test_a_reply_that_never_comes_leaves_it_open_whether_gremlin_acted(gremlin: Gremlin) -> None:
    gremlin.drop.add(("POST", "/attacks/new"))
    with pytest.raises(Unsure, match="may or may not have acted"):
        attacks.start({}, {})


def test_a_host_that_is_not_on_the_list_is_not_called(gremlin: Gremlin, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = []
    with pytest.raises(NotSent, match="OUTBOUND_ALLOW"):
        attacks.start({}, {})
    assert gremlin.calls == []


def test_without_a_key_nothing_is_called(gremlin: Gremlin, settings: Any) -> None:
    settings.GREMLIN_API_KEY = ""
    assert not account.connected()
    with pytest.raises(NotConnected, match="Chaos > Gremlin"):
        attacks.start({}, {})
    assert gremlin.calls == []


def test_a_key_that_an_admin_entered_is_sealed_and_used(gremlin: Gremlin, settings: Any, admin: Any) -> None:
    from chaos.models import GremlinAccount
    from portal.access.models import AuditEvent

    settings.GREMLIN_API_KEY = ""
    account.enter(admin, KEY, "another-team")
    row = GremlinAccount.objects.get()
    assert KEY not in row.sealed
    assert row.hint == KEY[-4:]
    assert KEY not in str(list(AuditEvent.objects.values()))
    attacks.active()
    assert gremlin.calls[0].headers["Authorization"] == f"Key {KEY}"
    assert gremlin.calls[0].query["teamId"] == ["another-team"]
    settings.SECRET_KEY = "another secret key of more than fifty characters, for this test"
    with pytest.raises(NotConnected, match="enter it again"):
        attacks.active()


def test_only_an_admin_enters_a_key(db: None, mira: Any) -> None:
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        account.enter(mira, KEY, "")
    with pytest.raises(PermissionDenied):
        account.remove(mira)


@pytest.mark.parametrize("body", ["", "<html>", '{"a": 1}', "a b", "../../halts"])
def test_an_answer_without_an_id_leaves_it_open_whether_it_was_started(gremlin: Gremlin, body: str) -> None:
    gremlin.say["POST", "/attacks/new"] = (201, body, {})
    with pytest.raises(Unsure, match="names no id"):
        attacks.start({}, {})


@pytest.mark.parametrize("body", ["null", "true", '"seven"', "[]", "oops", "-1"])
def test_an_answer_without_a_run_number_leaves_it_open_as_well(gremlin: Gremlin, body: str) -> None:
    gremlin.say["POST", f"/scenarios/{SCENARIO}/runs"] = (200, body, {})
    with pytest.raises(Unsure, match="names no run"):
        scenarios.run(SCENARIO)


@pytest.mark.parametrize("body", ["7", '"7"', '{"runNumber": 7}'])
def test_a_run_number_is_read_in_each_likely_form(gremlin: Gremlin, body: str) -> None:
    gremlin.say["POST", f"/scenarios/{SCENARIO}/runs"] = (200, body, {})
    assert scenarios.run(SCENARIO) == 7


def test_a_list_that_cannot_be_read_is_not_taken_for_empty(gremlin: Gremlin) -> None:
    gremlin.say["GET", "/attacks/active/paged"] = (200, '{"error": "x"}', {})
    with pytest.raises(Unsure):
        attacks.active()
