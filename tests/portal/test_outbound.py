"""The door to the web opens only for hosts that are named, goes only to the address that was checked, and waits only so long."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from portal import outbound


@pytest.fixture
def server(settings: Any) -> Iterator[Any]:
    """A web server on loopback that is allowed by host and port; `server.say` writes its reply."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.seen.append(self.rfile.read(int(self.headers["Content-Length"])))
            found.say(self)

        def do_GET(self) -> None:
            found.seen.append(self.path.encode())
            found.say(self)

        def log_message(self, *_: Any) -> None:
            pass

    found: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.seen, found.daemon_threads = [], True
    found.url = f"http://127.0.0.1:{found.server_port}/hook?a=b"
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{found.server_port}"]
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def reply(status: int, body: bytes = b"", **headers: str) -> Any:
    """Answer at once."""

    def say(handler: Any) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return say


def test_a_reply_of_any_status_comes_back(server: Any) -> None:
    server.say = reply(503, b"busy")
    assert outbound.post(server.url, b"{}", {}) == outbound.Reply(503, "busy")
    assert server.seen == [b"{}"]


def test_a_redirect_is_a_reply_and_is_not_followed(server: Any) -> None:
    server.say = reply(302, Location="http://127.0.0.1:1/")
    assert outbound.post(server.url, b"{}", {}).status == 302


def test_a_long_reply_is_cut(server: Any) -> None:
    server.say = reply(200, b"x" * 200_000)
    assert len(outbound.post(server.url, b"{}", {}).body) == 65_536
    assert len(outbound.post(server.url, b"{}", {}, largest=100_000).body) == 100_000


def test_one_that_does_not_answer_in_time_is_told_apart_from_one_that_is_not_there(server: Any) -> None:
    gate = threading.Event()
    server.say = lambda handler: gate.wait(5)
    with pytest.raises(outbound.NoReply):
        outbound.post(server.url, b"{}", {}, seconds=0.2)
    gate.set()
    assert len(server.seen) == 1


def test_one_that_answers_byte_by_byte_does_not_hold_the_worker(server: Any) -> None:
    stop = threading.Event()

    def drip(handler: Any) -> None:
        reply(200)(handler)
        while not stop.wait(0.02):
            handler.wfile.write(b"x")

    server.say = drip
    began = time.monotonic()
    with pytest.raises(outbound.NoReply, match="time was over"):
        outbound.post(server.url, b"{}", {}, seconds=0.3)
    assert time.monotonic() - began < 3
    stop.set()


def test_nothing_listens(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.1:9"]
    with pytest.raises(outbound.NotReached):
        outbound.post("http://127.0.0.1:9/", b"{}", {})


@pytest.mark.parametrize(
    ("url", "allow", "words"),
    [
        ("http://hooks.example.com/", [], "add it to OUTBOUND_ALLOW"),
        ("http://hooks.example.com:8080/", ["hooks.example.com"], "hooks.example.com:8080"),
        ("http://hooks.example.com.evil.example/", ["hooks.example.com", "*.example.com"], "not on the list"),
        ("http://localhost/", ["*.localhost", "*.example.com"], "not on the list"),
        ("http://me:secret@hooks.example.com/", ["hooks.example.com"], "user name"),
        ("ftp://hooks.example.com/", ["hooks.example.com"], "not http"),
        ("file:///etc/passwd", ["*"], "not http"),
        ("http://hooks.example.com/\r\nX: y", ["hooks.example.com"], "characters"),
        ("http://[::1", ["*"], "malformed"),
        ("http://hooks.example.com:99999/", ["hooks.example.com"], "malformed"),
    ],
)
def test_what_is_not_allowed_is_refused_before_anything_is_sent(
    url: str, allow: list[str], words: str, settings: Any
) -> None:
    settings.OUTBOUND_ALLOW = allow
    with pytest.raises(outbound.Forbidden, match=words):
        outbound.post(url, b"{}", {})


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "224.0.0.1"])
def test_a_host_that_only_a_wildcard_lets_in_must_not_be_private(
    address: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOUND_ALLOW = ["*.example.com"]
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 80))])
    with pytest.raises(outbound.Forbidden, match="private address"):
        outbound.post("http://metadata.example.com/", b"{}", {})


def test_a_page_is_asked_for_with_its_query_and_without_a_body(server: Any) -> None:
    server.say = reply(200, b"well")
    assert outbound.get(server.url, {"Accept": "*/*"}) == outbound.Reply(200, "well")
    assert server.seen == [b"/hook?a=b"]


def test_a_check_of_an_address_asks_nobody(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_, **__: pytest.fail("nothing may be resolved"))
    settings.OUTBOUND_ALLOW = ["shop.example.com"]
    outbound.check("https://shop.example.com/cart")
    with pytest.raises(outbound.Forbidden, match="OUTBOUND_ALLOW"):
        outbound.check("https://shop.example.com:8443/")
