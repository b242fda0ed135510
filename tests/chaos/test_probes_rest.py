"""Sources of probes over REST and on the page: what this portal cannot read is refused with its field and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chaos import experiments
from chaos.models import Experiment

from .conftest import World

URL = "/api/v1/chaos/experiments/"
PLACE = {"account": "111111111111", "region": "us-east-1"}
COUNTED = {"namespace": "Shop", "name": "Orders"}


@pytest.fixture
def body(world: World, service: Callable[..., Any], fields: dict[str, Any], settings: Any) -> Callable[..., Any]:
    """A POST whose hypothesis is this one probe."""
    settings.OUTBOUND_ALLOW = ["shop.example.com", "prometheus.example.com"]
    settings.PROMETHEUS_SERVERS = {"default": "https://prometheus.example.com"}
    service("search-api", team="search", system="discovery")

    def make(**source: Any) -> dict[str, Any]:
        probe = {"key": "shop", "title": "The shop", **source}
        hypothesis = {"sentence": "The shop answers.", "probes": [probe]}
        return {"service": "component:default/search-api", **fields, "hypothesis": hypothesis, "stop_conditions": []}

    return make


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ({"http": {"url": "https://shop.example.com/cart", "within_ms": 800}}, "answers 200 within 800 ms"),
        ({"alarm": {**PLACE, "name": "orders-low"}}, "the alarm orders-low"),
        ({"prometheus": {"query": "up<1"}, "tolerance": {"at_least": 1}}, "up&lt;1 in Prometheus"),
        ({"steady": {"errors": COUNTED, "requests": COUNTED}}, "is no worse than before"),
        ({"metric": {**COUNTED, **PLACE}, "tolerance": {"at_least": 1}}, "measured as Orders"),
    ],
)
def test_every_source_can_be_planned_and_is_said_on_its_page(
    source: dict[str, Any], claim: str, body: Any, jon: Any, api: Callable[..., Any], browse: Callable[..., Any]
) -> None:
    made = api(jon).post(URL, body(**source), format="json")
    assert made.status_code == 201, made.content
    page = browse(jon).get(Experiment.objects.get().get_absolute_url())
    assert claim in page.content.decode()


@pytest.mark.parametrize(
    ("source", "field", "remedy"),
    [
        ({"http": {"url": "http://169.254.169.254/"}}, "http.url", "OUTBOUND_ALLOW"),
        ({"http": {"url": "https://shop.example.com:8443/"}}, "http.url", "OUTBOUND_ALLOW"),
        (
            {"prometheus": {"query": "up", "server": "other"}, "tolerance": {"at_least": 1}},
            "prometheus.server",
            "PROMETHEUS_SERVERS",
        ),
        ({"alarm": {**PLACE, "account": "999999999999", "name": "x"}}, "alarm.account", "Known accounts"),
        ({"metric": {**COUNTED, "region": "us-east-1"}, "tolerance": {"at_least": 1}}, "metric.account", "12 digits"),
        (
            {"metric": COUNTED, "http": {"url": "https://shop.example.com/"}, "tolerance": {"at_least": 1}},
            "http",
            "Give one of metric, prometheus, http, alarm, steady",
        ),
    ],
)
def test_what_this_portal_cannot_read_is_refused_with_its_field(
    source: dict[str, Any], field: str, remedy: str, body: Any, jon: Any, api: Callable[..., Any]
) -> None:
    answer = api(jon).post(URL, body(**source), format="json")
    assert answer.status_code == 400
    assert remedy in str(answer.json()["error"]["fields"][f"hypothesis.probes[0].{field}"])
    assert not Experiment.objects.exists()


def test_the_page_names_the_field_of_a_probe_that_is_no_longer_allowed(
    body: Any, jon: Any, api: Callable[..., Any], browse: Callable[..., Any], settings: Any
) -> None:
    api(jon).post(URL, body(http={"url": "https://shop.example.com/"}), format="json")
    made = Experiment.objects.get()
    settings.OUTBOUND_ALLOW = []
    form = {"title": "Another title", "cron": "0 9 * * *", "timezone": "UTC", "observe_seconds": 10}
    page = browse(jon).post(f"{made.get_absolute_url()}edit/", form)
    assert "hypothesis.probes[0].http.url" in page.content.decode()
    assert experiments.digest(Experiment.objects.get()) == made.sha256
