"""The proxy's REST: Toxiproxy's words, a token, only listed proxies, and toxics that end by themselves."""

from __future__ import annotations

import base64
import contextlib
import socket
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.local.proxies import endpoint, routes
from chaos.local.proxy import FaultProxy, listed
from chaos.local.toxics import ATTRIBUTES, Refused, read

from .conftest import TOKEN, Lab

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


def test_the_version_and_the_proxies_are_told_as_toxiproxy_tells_them(lab: Lab) -> None:
    assert lab.rest("GET", "/version") == (200, {"version": "2.9.0"})
    shown = lab.rest("GET", "/proxies")[1]["shop.echo"]
    assert set(shown) == {"name", "listen", "upstream", "enabled", "toxics"}
    assert lab.rest("GET", "/proxies/shop.echo")[1] == shown


def test_a_toxic_is_added_read_changed_and_removed(lab: Lab) -> None:
    sent = {"type": "latency", "attributes": {"latency": 100, "jitter": 10}}
    made = {"name": "latency_downstream", "stream": "downstream", "toxicity": 1.0, **sent}
    assert lab.rest("POST", lab.path, sent) == (200, made)
    assert lab.rest("POST", lab.path, sent)[0] == 409
    changed = lab.rest("PATCH", f"{lab.path}/latency_downstream", {"attributes": {"latency": 5}, "toxicity": 0.5})
    assert changed == (200, {**made, "toxicity": 0.5, "attributes": {"latency": 5, "jitter": 10}})
    assert lab.rest("GET", lab.path)[1] == [changed[1]]
    assert lab.rest("DELETE", f"{lab.path}/latency_downstream") == (204, None)
    assert lab.rest("DELETE", f"{lab.path}/latency_downstream")[0] == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer wrong", f"Basic {base64.b64encode(b'a:wrong').decode()}", "Basic ÿ", "Bearer"]
)
def test_without_the_token_nothing_is_answered(lab: Lab, header: str) -> None:
    status, answer = lab.rest("GET", "/proxies", header=header)
    assert (status, set(answer)) == (401, {"error", "status"})


def test_clients_that_know_nothing_of_tokens_send_it_as_a_password(lab: Lab) -> None:
    header = f"Basic {base64.b64encode(f'any:{TOKEN}'.encode()).decode()}"
    assert lab.rest("GET", "/version", header=header)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/proxies", {"name": "open", "listen": "127.0.0.1:0", "upstream": "169.254.169.254:80"}),
        ("POST", "/populate", [{"name": "shop.echo", "listen": "127.0.0.1:0", "upstream": "10.0.0.1:22"}]),
        ("POST", "/proxies/shop.echo", {"upstream": "10.0.0.1:22"}),
        ("POST", "/proxies/shop.echo", {"listen": "0.0.0.0:80"}),
        ("DELETE", "/proxies/shop.echo", None),
    ],
)
def test_no_client_can_make_the_proxy_dial_or_listen_elsewhere(lab: Lab, method: str, path: str, body: Any) -> None:
    before = lab.rest("GET", "/proxies")[1]
    status, answer = lab.rest(method, path, body)
    assert status == 403
    assert "FAULT_PROXIES" in answer["error"]
    assert lab.rest("GET", "/proxies")[1] == before


def test_clients_that_populate_what_is_listed_find_it_there(lab: Lab, echo: str) -> None:
    mine = {"name": "shop.echo", "listen": "127.0.0.1:0", "upstream": echo}
    status, answer = lab.rest("POST", "/populate", [mine])
    assert status == 201
    assert answer["proxies"][0]["enabled"] is True
    assert lab.rest("POST", "/proxies", mine)[0] == 409


def test_a_toxic_ends_by_itself_when_nobody_renews_it(lab: Lab) -> None:
    lab.toxic("latency", attributes={"latency": 5}, ttl=3600)
    assert lab.rest("POST", f"{lab.path}/latency", {"ttl": 7200})[1]["ttl"] == 7200
    assert lab.rest("POST", f"{lab.path}/latency", {"ttl": 0})[0] == 200
    assert lab.rest("GET", lab.path)[1] == []


def test_a_renewed_toxic_outlives_its_first_end(lab: Lab) -> None:
    lab.toxic("latency", attributes={"latency": 5}, ttl=3600)
    first = lab.proxy.proxies[0]._ends["latency"]
    lab.rest("POST", f"{lab.path}/latency", {"ttl": 7200})
    assert first.cancelled()
    assert lab.proxy.proxies[0]._ends["latency"].when() > first.when()


def test_a_reset_takes_all_toxics_out(lab: Lab) -> None:
    lab.toxic("latency", attributes={"latency": 5})
    lab.toxic("timeout")
    lab.clear()
    assert lab.rest("GET", lab.path)[1] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/proxies/other", None, 404),
        ("GET", "/proxies/shop.echo/toxics/none", None, 404),
        ("GET", "/metrics", None, 404),
        ("PUT", "/proxies/shop.echo", {}, 405),
        ("POST", "/proxies/shop.echo/toxics", b"{", 400),
        ("POST", "/proxies/shop.echo/toxics", b"[" * 60_000, 400),
        ("POST", "/proxies/shop.echo/toxics", {"type": "slicer"}, 400),
        ("POST", "/proxies/shop.echo/toxics", {"type": "latency", "toxicity": 2}, 400),
        ("POST", "/proxies/shop.echo/toxics", {"type": "latency", "stream": "sideways"}, 400),
        ("POST", "/proxies/shop.echo/toxics", {"type": "latency", "attributes": {"rate": 1}}, 400),
        ("POST", "/proxies/shop.echo/toxics", {"type": "latency", "attributes": {"latency": -1}}, 400),
        ("POST", "/proxies/shop.echo/toxics", {"type": "bandwidth"}, 400),
        ("POST", "/proxies/shop.echo/toxics", b"x" * 70_000, 413),
    ],
)
def test_bad_requests_are_answered_with_the_reason(lab: Lab, method: str, path: str, body: Any, status: int) -> None:
    found, answer = lab.rest(method, path, body)
    assert (found, answer["status"]) == (status, status)
    assert answer["error"]


@pytest.mark.parametrize(
    "text", [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"x" * 20_000]
)
def test_what_is_no_request_is_refused_and_the_next_one_answered(lab: Lab, text: bytes) -> None:
    host, port = lab.proxy.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as client:
        client.sendall(text)
        client.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            client.recv(65_536)
    assert lab.rest("GET", "/version")[0] == 200


@given(json_values, st.sampled_from(sorted(ATTRIBUTES)))
def test_any_json_is_a_toxic_or_is_refused(data: Any, kind: str) -> None:
    for sent in (
        data,
        {"type": kind, "attributes": data},
        {"type": kind, "toxicity": data},
        {"type": kind, "ttl": data},
    ):
        try:
            toxic = read(sent)
        except Refused as error:
            assert error.status == 400  # noqa: PT017
            continue
        assert 0 <= toxic.toxicity <= 1
        assert toxic.as_json()["type"] in ATTRIBUTES


@pytest.mark.parametrize("address", ["", "host", "host:", ":80", "host:70000", "host:-1"])
def test_an_address_without_host_and_port_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        endpoint(address)


def test_the_setting_is_read_and_its_mistakes_are_named() -> None:
    found = routes(listed("a=127.0.0.1:1->[::1]:2, b=127.0.0.1:3->db.internal:4,"))
    assert [(route.name, route.upstream) for route in found] == [("a", "[::1]:2"), ("b", "db.internal:4")]
    with pytest.raises(ValueError, match="write it like"):
        routes({"a": "127.0.0.1:1"})


@pytest.mark.parametrize(
    ("token", "admin"), [("short", "127.0.0.1:0"), (TOKEN, "0.0.0.0:8474"), (TOKEN, "10.0.0.1:8474")]
)
def test_a_weak_token_or_a_public_rest_is_refused(token: str, admin: str) -> None:
    with pytest.raises(ValueError, match="FAULT_PROXY"):
        FaultProxy({}, token, admin)


def test_two_proxies_have_toxics_of_their_own(start: Callable[..., Lab], echo: str) -> None:
    lab = start({"shop.echo": f"127.0.0.1:0->{echo}", "shop.other": f"127.0.0.1:0->{echo}"})
    lab.toxic("latency", attributes={"latency": 5})
    assert lab.rest("GET", "/proxies/shop.other/toxics")[1] == []
