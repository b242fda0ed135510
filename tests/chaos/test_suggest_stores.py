"""What is suggested for stores: only what they are built to survive, each with a hypothesis that can be run as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chaos import experiments, suggest, suggest_stores
from chaos.faults.registry import faults
from services import facts
from services.descriptors.ends import Edge
from services.storing.relations import replace_edges

PLACE = {"account": "111111111111", "region": "eu-west-1"}
AURORA = {**PLACE, "name": "ledger", "cluster": True, "members": 2, "family": "relational", "multi_az": True}
PAIR = {**PLACE, "name": "shipping", "cluster": False, "members": 1, "family": "relational", "multi_az": True}
CACHE = {**PLACE, "name": "products", "nodes": 2, "automatic_failover": True}
READER = {**PLACE, "name": "refunds", "sources": ["arn:aws:sqs:eu-west-1:111111111111:refunds-queue"]}
ARN = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/ledger/0123456789abcdef"
BALANCER = {**PLACE, "name": "ledger", "arn": ARN, "target_groups": []}


@pytest.fixture
def offers(db: None, service: Callable[..., Any]) -> Callable[..., list[suggest.Suggestion]]:
    """offers(**facts): what is suggested for a service with these items."""
    from portal.aws.models import Account

    Account.objects.get_or_create(account_id="111111111111", defaults={"name": "production", "regions": ["eu-west-1"]})
    entity = service("ledger")

    def make(**items: dict[str, Any]) -> list[suggest.Suggestion]:
        for key, item in items.items():
            facts.publish(entity, f"aws.{key}", {"items": [item], "count": 1}, source="test")
        return list(suggest_stores.offers(entity, facts.current(entity)))

    return make


@pytest.mark.parametrize(
    ("fact", "item", "fault"),
    [
        ("rds", AURORA, "aurora-failover"),
        ("rds", PAIR, "rds-failover"),
        ("elasticache", CACHE, "elasticache-failover"),
        ("lambda", READER, "event-source-off"),
    ],
)
def test_a_suggestion_is_an_experiment_that_can_be_planned_as_it_is(
    offers: Any, service: Callable[..., Any], fact: str, item: dict[str, Any], fault: str
) -> None:
    (found,) = offers(**{fact: item})
    assert found.fields["fault"] == fault
    made = experiments.create(service("planned"), dict(found.fields), "jon")
    assert not made.enabled
    known = faults.get(fault)
    assert known is not None
    known.read(dict(found.fields["arguments"]))


@pytest.mark.parametrize(
    ("fact", "item"),
    [
        ("rds", {**AURORA, "members": 1}),
        ("rds", {**AURORA, "family": "graph"}),
        ("rds", {**PAIR, "multi_az": False}),
        ("elasticache", {**CACHE, "automatic_failover": False}),
        ("elasticache", {**CACHE, "nodes": 0, "serverless": True}),
        ("lambda", {**READER, "sources": None}),
        ("lambda", {**READER, "sources": ["arn:aws:kinesis:eu-west-1:111111111111:stream/x"]}),
    ],
)
def test_what_is_not_built_to_survive_is_not_suggested(offers: Any, fact: str, item: dict[str, Any]) -> None:
    assert offers(**{fact: item}) == []


def test_it_is_measured_where_it_would_hurt(offers: Any) -> None:
    (found,) = offers(rds=AURORA, alb=BALANCER)
    (probe,) = found.fields["hypothesis"]["probes"]
    assert probe["metric"]["dimensions"] == {"LoadBalancer": "app/ledger/0123456789abcdef"}
    assert found.fields["stop_conditions"] == [{"probe": "failed-requests", "tolerance": {"at_most": 0.05}}]


def test_without_a_load_balancer_of_its_own_a_callers_is_watched(offers: Any, service: Callable[..., Any]) -> None:
    from services.models import Entity

    caller = service("checkout")
    facts.publish(caller, "aws.alb", {"items": [BALANCER], "count": 1}, source="test")
    replace_edges({"test": [Edge(caller.ref, "dependsOn", Entity.objects.get(name="ledger").ref)]})
    (found,) = offers(rds=PAIR)
    assert found.fields["hypothesis"]["probes"][0]["key"] == "failed-requests"


def test_all_suggestions_of_a_service_come_together(offers: Any) -> None:
    from services.models import Entity

    offers(rds=AURORA, elasticache=CACHE)
    entity = Entity.objects.get(name="ledger")
    keys = [one.key for one in suggest.suggestions(entity, facts.current(entity))]
    assert keys == ["failover-ledger", "cache-failover-products"]
