"""A whole experiment on this machine: a real page behind the proxy, probed over HTTP, and broken by a real fault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chaos import experiments
from chaos.models import ExperimentRun
from chaos.start import create
from tests.chaos.conftest import START, World, world

from .conftest import TOKEN, Lab

__all__ = ["world"]


class Page(BaseHTTPRequestHandler):
    """Says hello."""

    def do_GET(self) -> None:
        """The page."""
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


@pytest.fixture
def page() -> Iterator[str]:
    """Host and port of the page itself."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def plan(
    world: World, page: str, start: Callable[..., Lab], service: Callable[..., Any], settings: Any, monkeypatch: Any
) -> Any:
    """plan(probe, fault, arguments): the run of an experiment on "shop", whose page is reached through the proxy."""
    # What a slow machine needs to answer is not what is measured here.
    monkeypatch.setattr("chaos.probes.http.SECONDS", 60.0)
    monkeypatch.setattr("chaos.probes.registry.ROUND_SECONDS", 600.0)
    lab = start({"shop.page": f"127.0.0.1:0->{page}"})
    settings.FAULT_PROXY_URL, settings.FAULT_PROXY_TOKEN = lab.proxy.url, TOKEN
    settings.FAULT_PROXIES = {"shop.page": f"127.0.0.1:0->{page}"}
    settings.OUTBOUND_ALLOW = [lab.proxy.url.removeprefix("http://"), lab.proxy.proxies[0].listen]
    entity = service("shop")

    def make(probe: dict[str, Any], fault: str, **arguments: str) -> ExperimentRun:
        url = f"http://{lab.proxy.proxies[0].listen}/"
        http = {"key": "page", "title": "The page", "http": {"url": url, "contains": "hello", **probe}}
        fields = {
            "title": "The page and its dependency",
            "hypothesis": {"sentence": "The page answers.", "probes": [http]},
            "method": [
                {"type": "fault", "name": "Disturb", "fault": fault, "arguments": {"proxy": "shop.page", **arguments}}
            ],
            "stop_conditions": [],
            "observe_seconds": 5, "max_seconds": 60, "recover_seconds": 20,
        }  # fmt: skip
        made = create(experiments.create(entity, fields, "jon"), START, by="schedule")
        assert made is not None
        return made

    return make


def states(run: ExperimentRun) -> dict[str, str]:
    assert run.verdicts is not None, run.reason
    return {name: verdict["state"] for name, verdict in run.verdicts.items()}


def test_a_page_whose_connections_are_reset_breaks_and_comes_back(world: World, plan: Any) -> None:
    run = plan({}, "proxy-reset")
    done = world.ring_until(run, "ended", "blocked")
    assert states(done) == {"hypothesis": "poor", "fault": "good", "recovery": "good", "safety": "good"}
    assert "The page is not OK" in done.verdicts["hypothesis"]["sentence"]


def test_a_page_that_is_only_slower_holds_its_hypothesis(world: World, plan: Any) -> None:
    run = plan({}, "proxy-latency", latency_ms="50", jitter_ms="10")
    done = world.ring_until(run, "ended", "blocked")
    assert states(done) == dict.fromkeys(("hypothesis", "fault", "recovery", "safety"), "good")
    assert done.passed
