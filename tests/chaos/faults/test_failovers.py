"""Failovers: what is refused, who takes over, and that an emptied choice is noticed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chaos.faults import aurora_failover, database_failover
from chaos.faults.registry import faults
from portal.aws import settling
from portal.changes import engine
from portal.sandbox.seed import seed_service
from services import facts
from services.descriptors.ends import Edge
from services.storing.relations import replace_edges
from tests.chaos.faults.case import PLACE, Case, Stage
from tests.chaos.faults.store_cases import (
    AURORA,
    AURORA_BACK,
    IRELAND,
    LEDGER,
    MULTI_AZ,
    SHIPPING,
    TAKES,
    known,
    writer,
)

Make = Callable[[Case], Stage]
LEASE = timedelta(seconds=30)


def test_the_writer_goes_to_the_replica_in_the_other_zone(stage: Make) -> None:
    played = stage(AURORA)
    rds = played.client("rds", "eu-west-1")
    wanted = {"DBClusterIdentifier": "ledger", "Engine": "aurora-postgresql", "DBInstanceClass": "db.r6g.large"}
    rds.create_db_instance(DBInstanceIdentifier="ledger-0", AvailabilityZone="eu-west-1a", **wanted)
    found = aurora_failover.preview(played.entity, LEDGER)
    assert found.target["to"] == "ledger-2"
    assert found.sentence.startswith("ledger-2 takes the writes of ledger over from ledger-1")
    assert dict(found.rows)["ledger-1"].startswith("writer, becomes a replica, eu-west-1a")


def test_a_cluster_without_a_replica_is_refused(stage: Make) -> None:
    played = stage(AURORA)
    played.client("rds", "eu-west-1").delete_db_instance(DBInstanceIdentifier="ledger-2", SkipFinalSnapshot=True)
    assert "has no replica" in aurora_failover.preview(played.entity, LEDGER).refusal


def test_a_cluster_that_is_failing_over_is_refused_until_it_is_available(stage: Make) -> None:
    played = stage(AURORA)
    played.client("rds", "eu-west-1").failover_db_cluster(DBClusterIdentifier="ledger")
    assert "ledger is failing-over" in aurora_failover.preview(played.entity, LEDGER).refusal
    played.move(TAKES)
    assert aurora_failover.preview(played.entity, LEDGER).refusal == ""


def test_a_writer_that_moved_since_the_preview_is_noticed(stage: Make) -> None:
    played = stage(AURORA)
    target = aurora_failover.preview(played.entity, LEDGER).target
    played.client("rds", "eu-west-1").failover_db_cluster(DBClusterIdentifier="ledger")
    played.move(TAKES)
    with pytest.raises(ValueError, match="ledger-2 writes ledger now"):
        aurora_failover.observe(target)


def test_without_the_wish_nobody_fails_back(stage: Make) -> None:
    played = stage(AURORA)
    target = aurora_failover.preview(played.entity, LEDGER).target
    change = engine.apply(engine.arm(aurora_failover.KEY, target, owner="t:1", by="t", lease=LEASE, reason="t"))
    assert engine.undo(change, "done").error.endswith("AWS is still putting it back")
    played.move(TAKES)
    assert engine.undo(change, "done").state == "undone"
    assert writer(played) == ["ledger-2"]


def test_the_way_back_waits_for_the_failover_to_end(stage: Make) -> None:
    played = stage(AURORA_BACK)
    target = aurora_failover.preview(played.entity, {**LEDGER, "fail_back": "yes"}).target
    before = aurora_failover.observe(target)
    aurora_failover.apply(target)
    aurora_failover.undo(target, before)
    assert writer(played) == ["ledger-2"]
    assert aurora_failover.undoing(target, before)


def test_a_database_in_one_zone_is_refused(aws: Any, service: Callable[..., Any]) -> None:
    seed_service(aws.url, "warehouse")
    entity = service("warehouse")
    facts.publish(entity, "aws.rds", known("aws.rds", PLACE, "warehouse")["aws.rds"], source="test")
    found = database_failover.preview(entity, {**PLACE, "instance": "warehouse"})
    assert "no standby to fail over to" in found.refusal


def test_a_member_of_a_cluster_is_sent_to_the_other_fault(stage: Make) -> None:
    played = stage(AURORA)
    facts.publish(played.entity, "aws.rds", known("aws.rds", IRELAND, "ledger-1")["aws.rds"], source="test")
    found = database_failover.preview(played.entity, {**IRELAND, "instance": "ledger-1"})
    assert "belongs to the cluster ledger" in found.refusal


def test_a_database_that_reboots_is_waited_for(stage: Make) -> None:
    played = stage(MULTI_AZ)
    target = database_failover.preview(played.entity, SHIPPING).target
    before = database_failover.observe(target)
    database_failover.apply(target)
    assert database_failover.undoing(target, before)
    assert not database_failover.verify_undone(target, before)
    with pytest.raises(ValueError, match="shipping is rebooting"):
        database_failover.observe(target)
    played.move(TAKES)
    assert database_failover.verify_undone(target, before)
    with pytest.raises(ValueError, match="stands in us-east-1b now"):
        database_failover.observe(target)


def test_the_preview_names_who_leans_on_the_database(stage: Make, service: Callable[..., Any]) -> None:
    played = stage(MULTI_AZ)
    caller = service("carrier-gateway")
    replace_edges({"test": [Edge(caller.ref, "dependsOn", played.entity.ref)]})
    rows = dict(database_failover.preview(played.entity, SHIPPING).rows)
    assert rows["carrier-gateway"] == "leans on shipping and is hit with it"


@pytest.mark.parametrize(("answers", "said"), [([True], True), ([False, True], True), ([False] * 6, False)])
def test_a_look_for_the_effect_is_short_and_bounded(answers: list[bool], said: bool) -> None:
    left = list(answers)
    assert settling.seen(lambda: left.pop(0), pause=0) is said
    assert left == []


@pytest.mark.parametrize("value", ["maybe", "YES", 1])
def test_a_wish_to_fail_back_is_yes_or_no(value: Any) -> None:
    from chaos.engine.definition import Invalid

    fault = faults.get(aurora_failover.KEY)
    assert fault is not None
    with pytest.raises(Invalid, match="Fail back"):
        fault.read({**LEDGER, "fail_back": value})
