"""Descriptors are read only from hosts that the operator named, from the address that was checked, without detours."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.descriptors import LIMITS, Problem
from services.descriptors.fetching import fetch


class Pages(BaseHTTPRequestHandler):
    """/ok is a descriptor, /away leads elsewhere, /big is too big, anything else is missing."""

    def do_GET(self) -> None:
        code, body = {"/ok": (200, b"kind: X"), "/big": (200, b"a" * (LIMITS.bytes + 1)), "/away": (302, b"")}.get(
            self.path, (404, b"")
        )
        self.send_response(code)
        if code == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/ok")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def refusal(url: str, *allow: str) -> str:
    with pytest.raises(Problem) as caught:
        fetch(url, allow)
    assert caught.value.remedy
    return caught.value.reason


def test_a_host_that_is_named_with_its_port_is_read(host: str) -> None:
    assert fetch(f"http://{host}/ok", [host]).body == b"kind: X"


@pytest.mark.parametrize("allow", [(), ("127.0.0.1",), ("localhost",), ("example.com",), ("*",), ("*.0.0.1",)])
def test_any_other_host_or_port_is_refused(host: str, allow: tuple[str, ...]) -> None:
    assert "not on the list" in refusal(f"http://{host}/ok", *allow)


def test_a_redirect_is_not_followed(host: str) -> None:
    assert "sends readers on" in refusal(f"http://{host}/away", host)


def test_a_body_over_the_limit_is_refused(host: str) -> None:
    assert "larger than 1 MiB" in refusal(f"http://{host}/big", host)


def test_a_missing_page_is_an_error_in_words(host: str) -> None:
    assert refusal(f"http://{host}/none", host) == "The host answered 404."


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.com/x", "gopher://example.com", "http://", "http:///x", "http://user:pw@example.com/", "http://example.com:bad/"],
)  # fmt: skip
def test_what_is_not_a_plain_web_address_is_refused(url: str) -> None:
    assert refusal(url, "example.com")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "224.0.0.1"],
)  # fmt: skip
def test_a_wildcard_never_leads_to_a_private_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    answers = [(socket.AF_INET, 1, 6, "", ("93.184.216.34", 443)), (family, 1, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answers)
    assert "private address" in refusal("https://git.example.com/a.yaml", "*.example.com")


def test_a_name_without_an_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*args: object, **kwargs: object) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    assert "has no address" in refusal("https://git.example.com/a.yaml", "git.example.com")


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    asked: list[object] = []
    real = socket.getaddrinfo

    def once(name: str, *args: object, **kwargs: object) -> object:
        asked.append(name)
        return real("127.0.0.1", *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("services.descriptors.fetching.socket.getaddrinfo", once)
    port = host.partition(":")[2]
    assert fetch(f"http://git.test:{port}/ok", [f"git.test:{port}"]).body == b"kind: X"
    assert asked.count("git.test") == 1
