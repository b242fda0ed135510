"""VPC Lattice rules and App Mesh routes: only the weights move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.aws.errors import AwsNotFound
from portal.changes import engine

from .conftest import applied, armed
from .worlds import Clock, World, lattice
from .worlds.appmesh import RETRY
from .worlds.world import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(aws: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    clock = Clock()
    monkeypatch.setattr(aws.state, "wall", clock)
    return lattice.build(aws, clock, rule=True)


def actions(world: World) -> dict[str, dict[str, int]]:
    """Weights by group id of the default action and of the rule."""
    mesh, where = client("vpc-lattice"), {"serviceIdentifier": world.target["arn"].rpartition("/")[2]}
    where["listenerIdentifier"] = mesh.list_listeners(**where)["items"][0]["id"]
    (listed,) = mesh.list_rules(**where)["items"]
    read = {
        "default": mesh.get_listener(**where)["defaultAction"],
        "reads": mesh.get_rule(**where, ruleIdentifier=listed["id"])["action"],
    }
    names = {one["id"]: one["name"] for one in mesh.list_target_groups()["items"]}
    return {
        name: {names[one["targetGroupIdentifier"]]: one["weight"] for one in action["forward"]["targetGroups"]}
        for name, action in read.items()
    }


def test_a_rule_is_moved_and_the_default_action_is_not(rule: World) -> None:
    change = applied(rule, 25)
    assert actions(rule) == {"default": {"blue": 100}, "reads": {"blue": 75, "green": 25}}
    engine.undo(change, "enough")
    assert actions(rule) == {"default": {"blue": 100}, "reads": {"blue": 100}}


def test_a_rule_that_is_not_there_is_said_before_anything_moves(rule: World) -> None:
    rule.target["route"] = "https/writes"
    with pytest.raises(AwsNotFound, match="no rule writes"):
        armed(rule)


def test_the_embedded_aws_refuses_weights_and_groups_that_lattice_refuses(rule: World) -> None:
    mesh, where = client("vpc-lattice"), {"serviceIdentifier": rule.target["arn"].rpartition("/")[2]}
    where["listenerIdentifier"] = mesh.list_listeners(**where)["items"][0]["id"]
    known = mesh.list_target_groups()["items"][0]["id"]
    for group, weight, code in (
        (known, 1000, "ValidationException"),
        ("tg-00000000000000000", 1, "ResourceNotFoundException"),
    ):
        action = {"forward": {"targetGroups": [{"targetGroupIdentifier": group, "weight": weight}]}}
        with pytest.raises(ClientError, match=code):
            mesh.update_listener(**where, defaultAction=action)


def test_an_app_mesh_route_keeps_its_retries_and_match(world_of: Callable[[str], World]) -> None:
    world = world_of("appmesh-weights")
    named = {"meshName": "shop", "virtualRouterName": "checkout", "routeName": "pay"}
    change = applied(world, 20)
    found = client("appmesh").describe_route(**named)["route"]["spec"]["httpRoute"]
    weights = {one["virtualNode"]: one["weight"] for one in found["action"]["weightedTargets"]}
    assert weights == {"blue": 80, "green": 20}
    assert found["retryPolicy"] == RETRY
    assert found["match"]["prefix"] == "/"
    engine.undo(change, "enough")
    found = client("appmesh").describe_route(**named)["route"]["spec"]["httpRoute"]
    assert {one["virtualNode"]: one["weight"] for one in found["action"]["weightedTargets"]} == {"blue": 10}


def test_app_mesh_says_that_it_is_a_legacy(
    service: Callable[..., Any], mira: Any, browse: Callable[..., Any], world_of: Callable[[str], World]
) -> None:
    service("checkout")
    page = browse(mira).get("/deployments/rollouts/new/?service=checkout&kind=appmesh-weights").content.decode()
    assert "ended its support of App Mesh on 30 September 2026" in page
    assert world_of("elbv2-weights").kind.legacy == ""
