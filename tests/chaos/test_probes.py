"""Probes over the web: only allowed hosts, every answer has words, and what cannot be read is unknown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest

from chaos import measure
from chaos.engine import definition
from chaos.engine.definition import Invalid
from chaos.engine.hypothesis import Outcome, Reading

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Handler(BaseHTTPRequestHandler):
    """Says what the test has put on the server."""

    def do_GET(self) -> None:
        """The page."""
        server: Any = self.server
        server.asked.append(self.path)
        self.send_response(server.status)
        for name, value in server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(server.body)

    def do_POST(self) -> None:
        """An instant query."""
        server: Any = self.server
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        server.asked.append((self.path, form["query"][0], float(form["time"][0])))
        self.send_response(server.status)
        self.end_headers()
        self.wfile.write(server.body)

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


@pytest.fixture
def web(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server on loopback that is allowed by host and port, also as the Prometheus "default"."""
    # What a slow machine needs to answer is not what is measured here.
    monkeypatch.setattr("chaos.probes.http.SECONDS", 60.0)
    monkeypatch.setattr("chaos.probes.prometheus.SECONDS", 60.0)
    monkeypatch.setattr("chaos.probes.registry.ROUND_SECONDS", 600.0)
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.status, server.headers, server.body, server.asked = 200, {}, b"all is well", []
    server.host = f"127.0.0.1:{server.server_port}"
    settings.OUTBOUND_ALLOW = [server.host]
    settings.PROMETHEUS_SERVERS = {"default": f"http://{server.host}/prom/"}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def one(probe: dict[str, Any], since: datetime | None = None, **where: str) -> Reading:
    """Measure a single probe."""
    data = {"sentence": "It works.", "probes": [{"key": "probe", "title": "The shop", **probe}]}
    return measure.measure(definition.hypothesis(data), where, NOW, since)[0]


def checked(probe: dict[str, Any], **where: str) -> Invalid:
    """What is wrong with a probe as the portal is set up."""
    data = {"sentence": "It works.", "probes": [{"key": "probe", "title": "The shop", **probe}]}
    with pytest.raises(Invalid) as caught:
        measure.check(definition.hypothesis(data), where)
    return caught.value


def vector(*values: str) -> bytes:
    """An answer to an instant query, ten seconds old."""
    result = [{"metric": {}, "value": [NOW.timestamp() - 10, value]} for value in values]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()


def test_a_page_that_answers_as_wanted_holds(web: Any) -> None:
    reading = one({"http": {"url": f"http://{web.host}/cart?a=b", "contains": "is well"}})
    assert (reading.outcome, reading.value, reading.age) == (Outcome.HOLDS, 1.0, 0.0)
    assert reading.sentence.startswith("The shop is OK: 200 in ")
    assert web.asked == ["/cart?a=b"]


@pytest.mark.parametrize(
    ("status", "wanted", "words"),
    [
        (503, {}, "it answered 503, 200 was expected"),
        (200, {"contains": "ready"}, "does not contain “ready”"),
        (302, {}, "it answered 302"),
    ],
)
def test_another_answer_breaks_it_and_says_why(web: Any, status: int, wanted: dict[str, Any], words: str) -> None:
    web.status, web.headers = status, {"Location": f"http://{web.host}/elsewhere"}
    reading = one({"http": {"url": f"http://{web.host}/", **wanted}})
    assert reading.outcome is Outcome.BROKEN
    assert words in reading.sentence
    assert web.asked == ["/"]


def test_an_error_page_may_be_what_is_expected(web: Any) -> None:
    web.status = 404
    assert one({"http": {"url": f"http://{web.host}/gone", "status": 404}}).outcome is Outcome.HOLDS


def test_a_text_after_the_first_64_kib_is_not_read(web: Any) -> None:
    web.body = b"x" * 70_000 + b"ready"
    assert one({"http": {"url": f"http://{web.host}/", "contains": "ready"}}).outcome is Outcome.BROKEN


def test_a_service_that_does_not_answer_is_broken_not_unknown(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.1:9"]
    reading = one({"http": {"url": "http://127.0.0.1:9/"}})
    assert (reading.outcome, reading.value) == (Outcome.BROKEN, 0.0)
    assert "cannot be reached" in reading.sentence


def test_an_answer_that_comes_too_late_is_broken(web: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=iter([0.0, 10.0]).__next__)
    monkeypatch.setattr("chaos.probes.http.time", clock)
    monkeypatch.setattr("chaos.probes.http.outbound.get", lambda *_, **__: measure_reply())
    reading = one({"http": {"url": f"http://{web.host}/", "within_ms": 500}})
    assert reading.outcome is Outcome.BROKEN
    assert "500 ms was expected" in reading.sentence


def measure_reply() -> Any:
    """A good reply."""
    from portal.outbound import Reply

    return Reply(200, "")


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data/", "http://localhost:8000/", "https://a@b/"])
def test_an_address_that_may_not_be_called_is_unknown_and_refused_at_the_door(url: str, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["shop.example.com"]
    assert one({"http": {"url": url}}).outcome is Outcome.UNKNOWN
    assert checked({"http": {"url": url}}).field == "hypothesis.probes[0].http.url"


def test_a_query_gives_its_value_and_age(web: Any) -> None:
    web.body = vector("0.25")
    probe = {
        "prometheus": {"query": "rate(errors[$windows])"},
        "unit": "share",
        "tolerance": {"at_most": 0.3},
        "window": 120,
    }
    reading = one(probe)
    assert (reading.value, reading.age, reading.outcome) == (0.25, 10.0, Outcome.HOLDS)
    assert web.asked == [("/prom/api/v1/query", "rate(errors[120s])", NOW.timestamp())]
    one(probe, since=NOW - timedelta(seconds=30))
    assert web.asked[1][1] == "rate(errors[30s])"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, vector(), "no series"),
        (200, vector("1", "2"), "sum them into one"),
        (200, vector("NaN"), "division by zero"),
        (400, b'{"status": "error", "error": "parse error"}', "parse error"),
        (200, b"<html>", "not one of Prometheus"),
        (200, b"[" * 60_000, "not one of Prometheus"),
        (200, b'{"status": "success", "data": {"resultType": "vector", "result": [7]}}', "not one of Prometheus"),
        (502, b"", "not one of Prometheus"),
    ],
)
def test_a_query_that_gives_no_value_is_unknown_with_the_reason(web: Any, status: int, body: bytes, words: str) -> None:
    web.status, web.body = status, body
    reading = one({"prometheus": {"query": "up"}, "tolerance": {"at_least": 1}})
    assert (reading.outcome, reading.value) == (Outcome.UNKNOWN, None)
    assert words in reading.sentence


def test_a_server_that_is_not_set_up_is_refused_with_the_remedy(settings: Any) -> None:
    settings.PROMETHEUS_SERVERS, settings.OUTBOUND_ALLOW = {"far": "http://far.example.com"}, []
    probe: dict[str, Any] = {"prometheus": {"query": "up"}, "tolerance": {"at_least": 1}}
    assert "PROMETHEUS_SERVERS" in checked(probe).message
    probe["prometheus"]["server"] = "far"
    assert "OUTBOUND_ALLOW" in checked(probe).message
    assert checked(probe).field == "hypothesis.probes[0].prometheus.server"


def test_readings_survive_the_database_and_old_ones_have_no_age(web: Any) -> None:
    readings = [one({"http": {"url": f"http://{web.host}/"}})]
    rows = json.loads(json.dumps(measure.stored(readings)))
    assert list(measure.restored(rows)) == readings
    del rows[0]["age"]
    assert measure.restored(rows)[0].age is None
