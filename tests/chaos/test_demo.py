"""The demo's experiments and the suggestions they are made from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos import demo, experiments, suggest
from chaos.engine import definition
from chaos.engine.sources import Metric
from chaos.models import Experiment
from portal.jobs.context import JobContext
from portal.jobs.cron import next_after
from portal.jobs.models import Schedule
from services import facts
from services.descriptors.ends import Edge
from services.storing.relations import replace_edges

PLACE = {"account": "111111111111", "region": "us-east-1"}
ARN = "arn:aws:elasticloadbalancing:us-east-1:111111111111"
BALANCER = {
    **PLACE,
    "name": "search-api",
    "arn": f"{ARN}:loadbalancer/app/search-api/0123456789abcdef",
    "target_groups": [{"name": "search-api", "arn": f"{ARN}:targetgroup/search-api/fedcba9876543210"}],
}
GROUP = {**PLACE, "name": "search-api", "zones": ["us-east-1a", "us-east-1b", "us-east-1c"], "instances": 6}


class Notes:
    """Stands in for a job's context."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, text: str) -> None:
        """Keep the line."""
        self.lines.append(text)


@pytest.fixture
def search(db: None, service: Callable[..., Any]) -> Any:
    """search-api as discovery finds it."""
    from portal.aws.models import Account

    Account.objects.get_or_create(account_id="111111111111", defaults={"name": "production", "regions": ["us-east-1"]})
    entity = service("search-api", team="search", system="discovery")
    facts.publish(entity, "aws.alb", {"items": [BALANCER], "count": 1}, source="test")
    facts.publish(entity, "aws.asg", {"items": [GROUP], "count": 1}, source="test")
    return entity


@given(st.integers(0, 10**8))
def test_the_first_slot_of_the_demo_is_near_but_not_at_once(seconds: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    slot = next_after(demo._soon(now)["cron"], None, "UTC", now)
    assert timedelta(seconds=14) <= slot - now <= timedelta(seconds=76)


def test_the_demo_plans_its_experiments_once(search: Any) -> None:
    notes = Notes()
    for _ in range(2):
        demo.load(cast(JobContext, notes))
    found = list(Experiment.objects.order_by("title"))
    assert [(e.title, e.enabled) for e in found] == [("Zone us-east-1a down", True), ("Zone us-east-1b down", False)]
    assert Schedule.objects.get(key=found[0].schedule_key).enabled
    assert found[0].observe_seconds == 25


def test_the_demo_says_so_where_discovery_found_nothing(db: None, service: Callable[..., Any]) -> None:
    service("search-api", team="search")
    notes = Notes()
    demo.load(cast(JobContext, notes))
    assert "no load balancer yet" in notes.lines[0]


def test_a_suggestion_names_the_metrics_of_the_load_balancer_that_was_found(search: Any) -> None:
    offered = suggest.suggestions(search, facts.current(search))
    hypothesis = definition.hypothesis(offered[0].fields["hypothesis"])
    hosts, errors = hypothesis.probes
    assert isinstance(hosts.source, Metric)
    assert isinstance(errors.source, Metric)
    assert dict(hosts.source.dimensions) == {
        "LoadBalancer": "app/search-api/0123456789abcdef",
        "TargetGroup": "targetgroup/search-api/fedcba9876543210",
    }
    assert hosts.tolerance.low == 4
    assert errors.source.per is not None


def test_a_suggestion_becomes_an_experiment_that_stays_off(search: Any, jon: Any, browse: Callable[..., Any]) -> None:
    answer = browse(jon).post(f"/chaos/plan/{search.pk}/zone-us-east-1a/")
    made = Experiment.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert not made.enabled
    assert experiments.digest(made) == made.sha256


@pytest.mark.parametrize(("who", "status"), [("vera", 403), ("mira", 403)])
def test_others_cannot_plan(search: Any, who: str, status: int, request: Any, browse: Callable[..., Any]) -> None:
    client = browse(request.getfixturevalue(who))
    assert client.post(f"/chaos/plan/{search.pk}/zone-us-east-1a/").status_code == status
    assert not Experiment.objects.exists()


def test_one_zone_or_no_load_balancer_offers_nothing(db: None, service: Callable[..., Any]) -> None:
    entity = service("reviews")
    facts.publish(entity, "aws.asg", {"items": [{**GROUP, "zones": ["us-east-1a"]}], "count": 1}, source="test")
    assert suggest.suggestions(entity, facts.current(entity)) == []


def test_a_function_is_offered_where_a_service_that_leans_on_it_can_be_watched(
    search: Any, service: Callable[..., Any]
) -> None:
    entity = service("suggest")
    facts.publish(entity, "aws.lambda", {"items": [{**PLACE, "name": "suggest"}], "count": 1}, source="test")
    assert suggest.suggestions(entity, facts.current(entity)) == []
    replace_edges({"test": [Edge(search.ref, "dependsOn", entity.ref)]})
    offered = suggest.suggestions(entity, facts.current(entity))
    assert offered[0].fields["arguments"] == {**PLACE, "function": "suggest"}
    probe = definition.hypothesis(offered[0].fields["hypothesis"]).probes[0]
    assert isinstance(probe.source, Metric)
    assert dict(probe.source.dimensions) == {"LoadBalancer": "app/search-api/0123456789abcdef"}
