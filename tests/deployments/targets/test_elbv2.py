"""Weighted target groups: only the weights move, and they come back to the very numbers from before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployments.targets import elbv2
from deployments.targets.contract import TargetError, name_of
from portal.aws.errors import AwsNotFound
from portal.changes import engine
from services import facts

from .conftest import applied, armed
from .worlds import World
from .worlds.elbv2 import LOGIN, STICKY, forward
from .worlds.world import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(world_of: Callable[[str], World]) -> World:
    return world_of("elbv2-weights")


def actions(world: World, listener: str = "") -> list[dict[str, Any]]:
    found = client("elbv2").describe_listeners(ListenerArns=[listener or world.target["listener"]])["Listeners"]
    return list(found[0]["DefaultActions"])


def weights(action: dict[str, Any]) -> dict[str, int]:
    return {one["TargetGroupArn"].split("/")[1]: one["Weight"] for one in action["ForwardConfig"]["TargetGroups"]}


def test_the_new_group_joins_with_its_share_and_leaves_again(world: World) -> None:
    before = actions(world)
    change = applied(world, 5)
    assert weights(actions(world)[0]) == {"blue": 95, "green": 5}
    engine.undo(change, "enough")
    assert actions(world) == before


def test_stickiness_and_the_sign_in_before_it_stay_as_they_are(world: World) -> None:
    elb, blue = client("elbv2"), world.old
    login = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": LOGIN}
    ahead = [login, {"Type": "forward", "Order": 2, "ForwardConfig": forward({blue: 7, world.target["canary"]: 0})}]
    elb.modify_listener(ListenerArn=world.target["listener"], DefaultActions=ahead)
    before = actions(world)
    change = applied(world, 25)
    now = actions(world)
    assert weights(now[1]) == {"blue": 75, "green": 25}
    assert now[1]["ForwardConfig"]["TargetGroupStickinessConfig"] == STICKY
    kept = now[0]["AuthenticateOidcConfig"]
    assert {key: kept[key] for key in LOGIN if key != "ClientSecret"} == {
        key: text for key, text in LOGIN.items() if key != "ClientSecret"
    }
    engine.undo(change, "enough")
    assert weights(actions(world)[1]) == weights(before[1]) == {"blue": 7, "green": 0}


def test_a_rule_is_moved_and_its_listener_is_not(world: World) -> None:
    elb, listener = client("elbv2"), world.target["listener"]
    rule = elb.create_rule(
        ListenerArn=listener, Priority=5, Conditions=[{"Field": "path-pattern", "Values": ["/pay/*"]}],
        Actions=[{"Type": "forward", "ForwardConfig": forward({world.old: 1})}],
    )["Rules"][0]["RuleArn"]  # fmt: skip
    world.target["listener"] = rule
    before = elb.describe_rules(RuleArns=[rule])["Rules"][0]
    change = applied(world, 50)
    now = elb.describe_rules(RuleArns=[rule])["Rules"][0]
    assert weights(now["Actions"][0]) == {"blue": 50, "green": 50}
    assert now["Conditions"] == before["Conditions"]
    assert weights(actions(world, listener)[0]) == {"blue": 1}
    engine.undo(change, "enough")
    assert elb.describe_rules(RuleArns=[rule])["Rules"][0] == before


def test_a_group_that_is_not_there_is_said_before_anything_moves(world: World) -> None:
    world.target["canary"] = world.target["canary"].replace("green", "gone")
    with pytest.raises(AwsNotFound):
        armed(world)


def test_weights_of_zero_everywhere_are_no_traffic(world: World) -> None:
    nothing = [{"Type": "forward", "ForwardConfig": forward({world.old: 0, world.target["canary"]: 0})}]
    client("elbv2").modify_listener(ListenerArn=world.target["listener"], DefaultActions=nothing)
    with pytest.raises(TargetError, match="every weight is 0"):
        world.observe()


def test_the_embedded_aws_refuses_weights_and_groups_that_aws_refuses(world: World) -> None:
    elb, listener = client("elbv2"), world.target["listener"]
    for groups, code in (({world.old: 1000}, "ValidationError"), ({world.old + "9": 1}, "TargetGroupNotFound")):
        wrong = [{"Type": "forward", "ForwardConfig": forward(groups)}]
        with pytest.raises(ClientError, match=code):
            elb.modify_listener(ListenerArn=listener, DefaultActions=wrong)


@pytest.mark.parametrize(
    ("state", "health"), [("unhealthy", "unhealthy"), ("draining", "unknown"), ("initial", "starting")]
)
def test_health_is_told_in_the_words_of_the_portal(world: World, state: str, health: str) -> None:
    change = applied(world, 50)
    sick = world.kind.hosts(change.target)[0]
    of_it = {"account": world.target["account"], "region": world.target["region"], "of": sick.version, "id": sick.id}
    world.post("health", **of_it, state=state, description="So it is")
    found = next(host for host in world.kind.hosts(change.target) if host.id == sick.id)
    assert (found.health, found.reason, found.zone) == (health, "So it is", sick.zone)


def test_people_read_names_and_not_arns(world: World) -> None:
    change = applied(world, 5)
    assert world.kind.describe(change.target["to"]) == "blue, 5 % on green"
    assert name_of(world.target) == "checkout"


def test_metrics_are_those_of_each_group_behind_the_balancer(world: World) -> None:
    found = elbv2.streams({**world.target, "restore": world.observe()})
    assert found.latency is not None
    assert found.canary.requests[0].dimensions["TargetGroup"].startswith("targetgroup/green/")
    assert found.canary.requests[0].dimensions["LoadBalancer"].startswith("app/checkout/")
    assert set(found.latency) == {"canary", "baseline"}


def test_a_group_of_another_account_or_name_is_refused(world: World, service: Callable[..., Any]) -> None:
    entity = service("checkout")
    facts.publish(entity, "aws.alb", {"items": world.facts["aws.alb"], "count": 1}, source="test")
    assert elbv2.locate(entity, {"canary": "green"})["canary"] == world.target["canary"]
    foreign = world.target["canary"].replace("111111111111", "222222222222")
    for wrong in ("greenish", foreign):
        with pytest.raises(TargetError, match="choose one of blue, green, other"):
            elbv2.locate(entity, {"canary": wrong})
