"""The fault proxy on real connections of this machine. Lower bounds and counts only: a slow machine makes none of them fail."""

from __future__ import annotations

import contextlib
import random
import socket
import time

import pytest

from .conftest import Lab, received

SLACK = 0.05
"""Seconds by which a clock may be coarse."""


def test_without_a_toxic_every_byte_comes_back_in_order(lab: Lab) -> None:
    data = random.Random(1).randbytes(300_000)
    with lab.client() as client:
        client.sendall(data[:1000])
        assert received(client, 1000) == data[:1000]
    lab.ask(data[:200_000])


def test_latency_is_added_and_gone_again_with_the_toxic(lab: Lab) -> None:
    before = min(lab.ask() for _ in range(5))
    lab.toxic("latency", attributes={"latency": 1200})
    under = min(lab.ask() for _ in range(2))
    lab.clear()
    after = min(lab.ask() for _ in range(5))
    assert under >= 1.2 - SLACK
    assert under > 3 * max(before, after)


def test_jitter_keeps_the_bytes_in_order_and_the_latency_within_its_bounds(lab: Lab) -> None:
    lab.toxic("latency", attributes={"latency": 100, "jitter": 50})
    data = random.Random(2).randbytes(100_000)
    assert lab.ask(data) >= 0.05 - SLACK


def test_a_waiting_answer_is_let_go_when_the_latency_is_taken_out(lab: Lab) -> None:
    lab.toxic("latency", attributes={"latency": 3_600_000})
    with lab.client() as client:
        client.sendall(b"ping")
        lab.clear()
        assert received(client, 4) == b"ping"


def test_resets_hit_the_share_of_connections_that_was_asked_for(lab: Lab) -> None:
    lab.toxic("reset_peer", toxicity=0.2)
    resets = sum(is_reset(lab) for _ in range(200))
    # 200 throws at 20 %: 40 are expected, with a standard deviation of 5.7; the bounds are five of them away.
    assert 12 <= resets <= 68
    lab.clear()
    assert not any(is_reset(lab) for _ in range(20))


def is_reset(lab: Lab) -> bool:
    """Whether a new connection gets a reset instead of its echo."""
    try:
        with lab.client() as client:
            client.sendall(b"ping")
            return received(client, 4) != b"ping"
    except ConnectionError:
        return True


def test_a_reset_also_hits_connections_that_are_open_already(lab: Lab) -> None:
    with lab.client() as client:
        client.sendall(b"ping")
        assert received(client, 4) == b"ping"
        lab.toxic("reset_peer")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_in_a_blackhole_every_client_runs_into_its_own_timeout(lab: Lab) -> None:
    lab.toxic("timeout")
    for _ in range(5):
        with lab.client(patience=0.3) as client:
            client.sendall(b"ping")
            with pytest.raises(TimeoutError):
                client.recv(1)
    lab.clear()
    lab.ask()


def test_a_connection_that_lost_bytes_is_reset_when_the_blackhole_ends(lab: Lab) -> None:
    lab.toxic("timeout")
    with lab.client(patience=0.3) as client:
        client.sendall(b"ping")
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(10)
        lab.clear()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_blackhole_swallows_the_end_of_the_stream_too(lab: Lab) -> None:
    with lab.client(patience=0.3) as client:
        client.sendall(b"ping")
        assert received(client, 4) == b"ping"
        lab.toxic("timeout")
        client.shutdown(socket.SHUT_WR)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_a_blackhole_with_a_timeout_closes_the_connection_after_it(lab: Lab) -> None:
    lab.toxic("timeout", attributes={"timeout": 100})
    with lab.client() as client:
        client.sendall(b"ping")
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""


def test_bandwidth_stretches_a_transfer(lab: Lab) -> None:
    data = bytes(150_000)
    before = min(lab.ask(data) for _ in range(3))
    lab.toxic("bandwidth", attributes={"rate": 100})
    under = lab.ask(data)
    # 150 KB at 100 KB/s; the pause after the last piece does not count.
    assert under >= 1.3
    assert under > 2 * before


def test_slow_close_holds_the_end_back_but_not_the_bytes(lab: Lab) -> None:
    lab.toxic("slow_close", attributes={"delay": 500})
    with lab.client() as client:
        client.sendall(b"ping")
        client.shutdown(socket.SHUT_WR)
        begun = time.monotonic()
        assert received(client, 4) == b"ping"
        assert client.recv(1) == b""
        assert time.monotonic() - begun >= 0.5 - SLACK


def test_a_toxic_upstream_leaves_the_answers_alone(lab: Lab) -> None:
    lab.toxic("latency", stream="upstream", attributes={"latency": 300})
    shown = lab.rest("GET", lab.path)[1]
    assert [toxic["stream"] for toxic in shown] == ["upstream"]
    assert lab.ask() >= 0.3 - SLACK


def test_a_proxy_that_is_switched_off_refuses_and_comes_back(lab: Lab) -> None:
    port = int(lab.proxy.proxies[0].listen.rpartition(":")[2])
    with lab.client() as client:
        client.sendall(b"ping")
        assert received(client, 4) == b"ping"
        assert lab.rest("POST", "/proxies/shop.echo", {"enabled": False})[1]["enabled"] is False
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
            pass
    assert lab.rest("POST", "/proxies/shop.echo", {"enabled": True})[1]["enabled"] is True
    lab.ask()


def test_an_upstream_that_is_gone_ends_the_connection_and_not_the_proxy(start: object, lab: Lab) -> None:
    gone = start({"shop.echo": "127.0.0.1:0->127.0.0.1:9"})  # type: ignore[operator]
    with gone.client() as client, contextlib.suppress(ConnectionResetError):
        assert client.recv(1) == b""
    assert gone.rest("GET", "/version")[0] == 200
