"""What is published of services that nobody has tried: known to be unproven, not unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chaos import coverage
from chaos.models import ExperimentRun
from services import facts

from .conftest import World

GROUP = {"items": [{"name": "search-api"}], "count": 1}


def test_a_service_in_zones_that_nobody_tried_is_known_to_be_unproven(db: None, service: Callable[..., Any]) -> None:
    entity = service("reviews")
    facts.publish(entity, "aws.asg", GROUP, source="test")
    coverage.publish_all()
    known = facts.current(entity)
    assert known["chaos.proof"].value["by_fault"]["zone_network_cut"]["passed"] is False
    assert "at" not in known["chaos.proof"].value
    assert known["chaos.plan"].value["scheduled"] == 0


def test_a_service_without_a_fitting_fault_gets_no_fact(db: None, service: Callable[..., Any]) -> None:
    entity = service("routing")
    coverage.publish_all()
    assert facts.current(entity) == {}


def test_a_proof_is_never_overwritten(world: World, run: ExperimentRun) -> None:
    facts.publish(run.service, "aws.asg", GROUP, source="test")
    world.ring_until(run, "ended")
    coverage.publish_all()
    assert facts.current(run.service)["chaos.proof"].value["passed"] is True


def test_a_second_pass_changes_nothing(world: World, run: ExperimentRun) -> None:
    facts.publish(run.service, "aws.asg", GROUP, source="test")
    assert coverage.publish_all() == 1
    assert coverage.publish_all() == 0


@pytest.mark.parametrize("count", [10, 1000])
def test_a_pass_without_news_asks_a_constant_number_of_queries(
    db: None, service: Callable[..., Any], count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        service(f"service-{number}")
    with django_assert_max_num_queries(3):
        coverage.publish_all()
