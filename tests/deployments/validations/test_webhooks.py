"""Post-deployment tests that are webhooks: go by status and JSON, only on the list, tried until their time is over."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from deployments.models import PostTest
from deployments.validations import tests

from .conftest import LAMBDA, later, look


@pytest.fixture
def hook() -> Iterator[Any]:
    """A web server that answers what it is told: hook.answer = (status, body); hook.seen are the bodies."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.seen.append((self.headers["Idempotency-Key"], json.loads(body)))
            status, reply = server.answer
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(reply.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server: Any = HTTPServer(("127.0.0.1", 0), Handler)
    server.seen, server.answer = [], (200, "")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def webhook(hook: Any) -> dict[str, Any]:
    return {"name": "hook", "kind": "webhook", "url": f"http://127.0.0.1:{hook.server_port}/go", "timeout_seconds": 60}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((200, ""), "passed"),
        ((202, "accepted"), "passed"),
        ((200, '{"status": "failed", "detail": "cart is empty"}'), "failed"),
        ((200, '{"status": "in_progress"}'), "waiting"),
        ((204, ""), "failed"),
        ((302, ""), "failed"),
        ((503, "busy"), "failed"),
    ],
)
def test_a_webhook_means_go_by_its_status_and_its_json(
    answer: tuple[int, str], state: str, db: None, hook: Any, segment_of: Callable[..., Any], settings: Any
) -> None:
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{hook.server_port}"]
    hook.answer = answer
    segment = segment_of(LAMBDA, tests=[webhook(hook)])
    assert look(tests, segment).state == state
    look(tests, segment)
    assert [key for key, _ in hook.seen] == [PostTest.objects.get().key]


def test_a_webhook_off_the_list_is_never_called(
    db: None, hook: Any, segment_of: Callable[..., Any], settings: Any
) -> None:
    settings.OUTBOUND_ALLOW = ["*.0.0.1", "hooks.example.com"]
    outcome = look(tests, segment_of(LAMBDA, tests=[webhook(hook)]))
    assert outcome.state == "failed"
    assert "add it to OUTBOUND_ALLOW" in outcome.note
    assert hook.seen == []


def test_a_webhook_that_is_not_up_yet_is_called_again_until_its_time_is_over(
    db: None, segment_of: Callable[..., Any], settings: Any
) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.1:9"]
    wanted = {"name": "hook", "kind": "webhook", "url": "http://127.0.0.1:9/", "timeout_seconds": 60}
    segment = segment_of(LAMBDA, tests=[wanted])
    assert look(tests, segment).state == "waiting"
    later(11)
    assert look(tests, segment).state == "waiting"
    assert PostTest.objects.get().calls == 2
    later(60)
    assert "cannot be reached" not in look(tests, segment).note
    assert PostTest.objects.get().state == "timed_out"
    assert "cannot be reached" in PostTest.objects.get().detail
