"""What is offered from what discovery found: each a whole experiment that may be planned as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chaos import experiments, suggest
from services import facts

PLACE = {"account": "111111111111", "region": "us-east-1"}
ARN = "arn:aws:elasticloadbalancing:us-east-1:111111111111"
ZONES = ["us-east-1a", "us-east-1b"]
BALANCER = {
    **PLACE,
    "name": "shop",
    "arn": f"{ARN}:loadbalancer/app/shop/0123456789abcdef",
    "zones": ZONES,
    "target_groups": [{"name": "shop", "arn": f"{ARN}:targetgroup/shop/fedcba9876543210"}],
}
FOUND: dict[str, dict[str, Any]] = {
    "aws.alb": BALANCER,
    "aws.asg": {**PLACE, "name": "shop/blue one", "zones": ZONES, "desired": 4, "instances": 4},
    "aws.ecs": {**PLACE, "name": "shop", "cluster": "live", "desired": 3},
}


@pytest.fixture
def offered(aws: Any, service: Callable[..., Any]) -> Callable[..., list[suggest.Suggestion]]:
    """offered(**items): what is offered to a service with these facts."""

    def make(**changes: dict[str, Any] | None) -> list[suggest.Suggestion]:
        entity = service("shop", team="search")
        for key, item in FOUND.items():
            changed = changes.get(key.partition(".")[2], {})
            if changed is not None:
                facts.publish(entity, key, {"items": [{**item, **changed}], "count": 1}, source="test")
        return suggest.suggestions(entity, facts.current(entity))

    return make


def test_a_group_a_service_in_ecs_and_a_load_balancer_are_each_offered_their_loss(offered: Any) -> None:
    assert [one.fields["fault"] for one in offered()] == [
        "zone-network-cut", "instance-termination", "task-termination", "zonal-shift",
    ]  # fmt: skip


def test_each_offer_is_an_experiment_that_can_be_planned(offered: Any, service: Callable[..., Any]) -> None:
    entity = service("other", team="search")
    for one in offered():
        made = experiments.create(entity, one.fields, "jon")
        assert made.hypothesis["probes"]
        assert made.stop_conditions


def test_the_key_of_an_offer_fits_into_an_address(offered: Any) -> None:
    assert [one.key for one in offered()] == ["zone-us-east-1a", "host-shopblue-one", "task-shop", "shift-shop"]


def test_the_loss_of_one_of_four_wants_three_healthy_hosts(offered: Any) -> None:
    lost = next(one for one in offered() if one.fields["fault"] == "instance-termination")
    assert lost.fields["arguments"] == {**PLACE, "group": "shop/blue one", "count": "1"}
    assert lost.fields["hypothesis"]["probes"][0]["tolerance"] == {"at_least": 3}
    assert "A group of 4" in lost.why


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"asg": {"desired": 1, "instances": 1}}, "instance-termination"),
        ({"ecs": {"desired": 1}}, "task-termination"),
        ({"alb": {"zones": ZONES[:1]}}, "zonal-shift"),
        ({"ecs": {"region": "eu-west-1"}}, "task-termination"),
    ],
)
def test_what_has_nothing_to_spare_or_cannot_be_measured_is_not_offered(
    offered: Any, changes: dict[str, Any], gone: str
) -> None:
    assert gone not in [one.fields["fault"] for one in offered(**changes)]


def test_without_a_load_balancer_nothing_is_offered(offered: Any) -> None:
    assert offered(alb=None) == []
