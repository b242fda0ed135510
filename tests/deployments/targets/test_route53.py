"""Weighted records: both weights in one change, and moving until all name servers have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployments.models import AwsReference
from deployments.targets.contract import MOVING, SETTLED, TargetError
from portal.aws.errors import AwsNotFound
from portal.changes import engine
from services import facts

from .conftest import applied, armed
from .worlds import World
from .worlds.world import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(world_of: Callable[[str], World]) -> World:
    return world_of("route53-weights")


def records(world: World) -> dict[str, dict[str, Any]]:
    found = client("route53").list_resource_record_sets(HostedZoneId=world.target["zone"])["ResourceRecordSets"]
    return {row["SetIdentifier"]: row for row in found if "Weight" in row}


def test_only_weights_change_and_come_back_to_the_very_numbers(world: World) -> None:
    before = records(world)
    change = applied(world, 5)
    now = records(world)
    assert {name: row["Weight"] for name, row in now.items()} == {"blue": 95, "green": 5, "other": 0}
    assert [{**row, "Weight": 0} for row in now.values()] == [{**row, "Weight": 0} for row in before.values()]
    engine.undo(change, "enough")
    assert records(world) == before


def test_it_moves_until_all_name_servers_have_it(world: World) -> None:
    applied(world)
    assert world.progress().state == MOVING
    world.clock.move(10)
    assert world.progress().state == SETTLED


def test_a_change_whose_id_a_killed_worker_took_with_it_does_not_hold_the_rollout(world: World) -> None:
    applied(world)
    AwsReference.objects.all().delete()
    assert world.progress().state == SETTLED


def test_a_record_that_is_not_there_is_said_with_those_that_are(world: World) -> None:
    world.target["canary"] = "purple"
    with pytest.raises(AwsNotFound, match="blue, green, other"):
        armed(world)


def test_the_embedded_aws_refuses_a_weight_that_aws_refuses(world: World) -> None:
    record = {**records(world)["blue"], "Weight": 256}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    with pytest.raises(ClientError, match="between 0 and 255"):
        client("route53").change_resource_record_sets(HostedZoneId=world.target["zone"], ChangeBatch=batch)


def test_an_account_of_another_service_is_refused(world: World, service: Callable[..., Any]) -> None:
    entity = service("checkout")
    facts.publish(entity, "aws.account", {"items": world.facts["aws.account"], "count": 1}, source="test")
    named = {name: world.target[name] for name in ("zone", "type", "record", "canary")}
    with pytest.raises(TargetError, match="no account"):
        world.kind.locate(entity, {**named, "account": "222222222222"})
