"""The proxy's faults as armed changes: only the service's own proxies, felt on a real connection, and undone with proof."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chaos.engine.definition import Invalid
from chaos.faults import proxy_blackhole, proxy_latency, proxy_reset
from chaos.faults.registry import Fault
from chaos.local.errors import LocalFaultError
from portal.changes import engine
from portal.changes.models import Change

from .conftest import TOKEN, Lab, received, stop

LEASE = timedelta(seconds=30)


@pytest.fixture
def shop(lab: Lab, settings: Any, service: Callable[..., Any]) -> Any:
    """The service "shop", whose connections to "echo" the proxy carries."""
    point_at(lab, settings)
    settings.FAULT_PROXY_TOKEN = TOKEN
    settings.FAULT_PROXIES = {"shop.echo": "127.0.0.1:0->127.0.0.1:7"}
    return service("shop")


def point_at(lab: Lab, settings: Any) -> None:
    settings.FAULT_PROXY_URL = lab.proxy.url
    settings.OUTBOUND_ALLOW = [lab.proxy.url.removeprefix("http://")]


def applied(shop: Any, fault: Fault, **numbers: str) -> Change:
    """Preview, arm and apply."""
    found = fault.preview(shop, fault.read({"proxy": "shop.echo", **numbers}))
    assert found.refusal == ""
    change = engine.arm(fault.kind, found.target, owner="t:1", by="t", lease=LEASE, reason="t")
    return engine.apply(change)


def test_a_slow_dependency_is_felt_and_gone_after_the_undo(shop: Any, lab: Lab) -> None:
    before = min(lab.ask() for _ in range(5))
    change = applied(shop, proxy_latency.FAULT, latency_ms="1200", jitter_ms="0")
    under = min(lab.ask() for _ in range(2))
    assert engine.undo(change, "done").state == "undone"
    after = min(lab.ask() for _ in range(5))
    assert under > 1.1
    assert under > 3 * max(before, after)


def test_resets_are_felt_and_gone_after_the_undo(shop: Any, lab: Lab) -> None:
    change = applied(shop, proxy_reset.FAULT, percent="100")
    assert change.kind == "proxy-reset"
    with pytest.raises(ConnectionError):
        lab.ask()
    assert engine.undo(change, "done").state == "undone"
    lab.ask()


def test_silence_is_felt_by_the_same_share_in_both_directions_and_gone_after_the_undo(shop: Any, lab: Lab) -> None:
    change = applied(shop, proxy_blackhole.FAULT, percent="50")
    assert change.kind == "proxy-blackhole"
    silent = silent_of(lab, 24)
    # 24 throws at 50 %: 12 with a deviation of 2.4. Two separate throws would make it 18.
    assert 2 <= silent <= 22
    assert {toxic["stream"] for toxic in lab.rest("GET", lab.path)[1]} == {"upstream", "downstream"}
    assert engine.undo(change, "done").state == "undone"
    lab.ask()


def silent_of(lab: Lab, count: int) -> int:
    """How many of so many connections say nothing for three seconds after all of them have asked."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(lab.client()) for _ in range(count)]
        for client in clients:
            client.sendall(b"ping")
        waiting, ends = set(clients), time.monotonic() + 3
        while waiting and (left := ends - time.monotonic()) > 0:
            for client in select.select(list(waiting), [], [], left)[0]:
                assert received(client, 4) == b"ping"
                waiting.remove(client)
        return len(waiting)


def test_each_toxic_ends_by_itself_no_later_than_the_fault_may_last(shop: Any, lab: Lab) -> None:
    applied(shop, proxy_blackhole.FAULT, percent="10")
    assert {toxic["ttl"] for toxic in lab.rest("GET", lab.path)[1]} == {proxy_blackhole.FAULT.max_seconds}


def test_a_toxic_that_ended_by_itself_counts_as_undone(shop: Any, lab: Lab) -> None:
    change = applied(shop, proxy_latency.FAULT, latency_ms="10", jitter_ms="5")
    lab.clear()
    assert not proxy_latency.KIND.verify_applied(change.target)
    assert engine.undo(change, "done").state == "undone"


def test_the_undo_is_tried_again_until_the_proxy_answers(
    shop: Any, lab: Lab, settings: Any, start: Callable[..., Lab], echo: str
) -> None:
    change = applied(shop, proxy_latency.FAULT, latency_ms="10", jitter_ms="5")
    stop(lab)
    change = engine.undo(change, "done")
    assert change.state == "undo_failed"
    assert "cannot be reached" in change.error
    point_at(start({"shop.echo": f"127.0.0.1:0->{echo}"}), settings)
    assert engine.undo(change, "again").state == "undone"


def test_a_second_fault_of_the_same_kind_is_refused(shop: Any, lab: Lab) -> None:
    change = applied(shop, proxy_latency.FAULT, latency_ms="10", jitter_ms="5")
    again = proxy_latency.FAULT.preview(shop, {"proxy": "shop.echo", "latency_ms": "20", "jitter_ms": "0"})
    assert "has this fault already" in again.refusal
    with pytest.raises(ValueError, match="undo the other change first"):
        engine.arm(proxy_latency.KEY, change.target, owner="t:2", by="t", lease=LEASE, reason="t")


def test_another_services_proxy_and_an_unlisted_one_are_refused(shop: Any, service: Callable[..., Any]) -> None:
    arguments = {"proxy": "shop.echo", "percent": "10"}
    assert "is not a proxy of shopping" in proxy_reset.FAULT.preview(service("shopping"), arguments).refusal
    assert "FAULT_PROXIES" in proxy_reset.FAULT.preview(shop, {**arguments, "proxy": "shop.db"}).refusal


def test_a_proxy_that_does_not_run_is_an_error_with_words(shop: Any, settings: Any) -> None:
    settings.FAULT_PROXY_URL, settings.OUTBOUND_ALLOW = "http://127.0.0.1:9", ["127.0.0.1:9"]
    with pytest.raises(LocalFaultError, match="cannot be reached"):
        proxy_reset.FAULT.preview(shop, {"proxy": "shop.echo", "percent": "10"})


def test_a_wrong_token_is_an_error_with_words(shop: Any, settings: Any) -> None:
    settings.FAULT_PROXY_TOKEN = "another-token-altogether"
    with pytest.raises(LocalFaultError, match="unauthorized"):
        proxy_reset.FAULT.preview(shop, {"proxy": "shop.echo", "percent": "10"})


@pytest.mark.parametrize(
    ("fault", "arguments", "field"),
    [
        (proxy_reset.FAULT, {"proxy": "shop.echo", "percent": "0"}, "arguments.percent"),
        (proxy_reset.FAULT, {"proxy": "shop.echo", "percent": "101"}, "arguments.percent"),
        (proxy_reset.FAULT, {"proxy": "../reset", "percent": "1"}, "arguments.proxy"),
        (proxy_latency.FAULT, {"proxy": "shop.echo", "latency_ms": "-5", "jitter_ms": "0"}, "arguments.latency_ms"),
        (proxy_latency.FAULT, {"proxy": "shop.echo", "jitter_ms": "5"}, "arguments.latency_ms"),
    ],
)
def test_arguments_that_make_no_sense_are_named(fault: Fault, arguments: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        fault.read(arguments)
    assert caught.value.field == field


def test_the_process_says_what_is_wrong_with_its_setting(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    from chaos.local import proxy

    monkeypatch.setenv("FAULT_PROXIES", "shop.echo=nowhere")
    monkeypatch.setenv("FAULT_PROXY_TOKEN", TOKEN)
    assert proxy.main() == 2
    assert "write it like" in capsys.readouterr().err
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("FAULT_PROXIES", f"a=127.0.0.1:{taken.getsockname()[1]}->127.0.0.1:9")
        assert proxy.main() == 2
    assert "in use" in capsys.readouterr().err


def test_without_a_share_all_connections_are_hit_and_the_preview_says_so(shop: Any) -> None:
    found = proxy_latency.FAULT.preview(shop, proxy_latency.FAULT.read({"proxy": "shop.echo", "latency_ms": "300"}))
    said = "100 % of the connections of shop through shop.echo get every answer 300 ms later."
    assert found.sentence == said
    assert found.target["toxics"][0]["attributes"] == {"latency": 300, "jitter": 0}
