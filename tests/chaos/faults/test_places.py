"""What each fault of zones, regions, hosts and tasks does beyond the contract that all keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chaos.engine.definition import Invalid
from chaos.faults import group_zone, instance_stop, instance_termination, zonal_shift, zone_routes
from chaos.faults.registry import faults
from portal.aws import route53_records, routes
from portal.changes import engine
from tests.chaos.faults import dns_cases, host_cases, shift_cases, task_cases, zone_cases
from tests.chaos.faults.case import PLACE, Case, Stage
from tests.chaos.faults.conftest import Calls
from tests.chaos.faults.test_conformance import armed, look_up

Make = Callable[[Case], Stage]


def test_a_shift_ends_by_itself_where_the_portal_is_gone(stage: Make, calls: Calls) -> None:
    case = shift_cases.LEAVES
    played = stage(case)
    before = case.look(played)
    change = engine.apply(armed(case, played))
    played.move(zonal_shift.MAX_SECONDS)
    assert zonal_shift.verify_applied(change.target)
    played.move(6 * 60)
    assert case.look(played) == before
    calls.clear()
    assert engine.undo(change, "back again").state == "undone"
    assert "CancelZonalShift" not in [name for _, _, name in calls]


def test_a_load_balancer_that_is_shifted_already_is_refused(stage: Make) -> None:
    case = shift_cases.LEAVES
    played = stage(case)
    change = armed(case, played)
    shift_cases._incident(played)
    assert "is shifted away from" in look_up(case, played).refusal
    with pytest.raises(ValueError, match="cancel that first"):
        zonal_shift.observe(change.target)


def test_a_zone_in_which_the_load_balancer_does_not_answer_is_refused(stage: Make) -> None:
    case = replace(shift_cases.LEAVES, arguments={**shift_cases.SHIFT, "zone": "us-east-1f"})
    assert "does not answer in us-east-1f" in look_up(case, stage(case)).refusal


def test_hosts_of_another_service_are_never_chosen(stage: Make) -> None:
    case = replace(host_cases.STOP, arguments={**PLACE, "percent": "50"})
    played = stage(case)
    ec2 = played.client("ec2")
    theirs = ec2.run_instances(
        ImageId="ami-12c6146b", MinCount=8, MaxCount=8,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "service", "Value": "checkout"}]}],
    )["Instances"]  # fmt: skip
    seen = look_up(case, played)
    assert not set(seen.target["instances"]) & {one["InstanceId"] for one in theirs}
    assert (seen.hit, seen.total) == (3, len(host_cases.running(played)))


def test_the_choice_that_was_armed_is_what_is_hit(stage: Make) -> None:
    case = host_cases.STOP
    played = stage(case)
    before = host_cases.running(played)
    change = engine.apply(armed(case, played))
    assert set(before) - set(host_cases.running(played)) == set(change.target["instances"])
    assert len(change.target["instances"]) == 2


def test_a_choice_that_has_changed_since_the_preview_is_not_armed(stage: Make) -> None:
    played = stage(host_cases.STOP)
    stop, gone = look_up(host_cases.STOP, played).target, look_up(host_cases.TERMINATE, played).target
    played.client("ec2").stop_instances(InstanceIds=[stop["instances"][0], gone["instances"][0]])
    with pytest.raises(ValueError, match="no longer runs: look again"):
        instance_stop.observe(stop)
    with pytest.raises(ValueError, match="has changed since the preview"):
        instance_termination.observe(gone)


def test_a_group_that_is_not_full_is_refused(stage: Make) -> None:
    played = stage(host_cases.TERMINATE)
    played.client("ec2").stop_instances(InstanceIds=host_cases.members(played)[:1])
    for case in (host_cases.TERMINATE, host_cases.LEAVE):
        assert "Only 5 of 6 hosts of search-api serve" in look_up(case, played).refusal


def test_a_group_is_not_whole_again_before_its_new_hosts_serve(stage: Make) -> None:
    played = stage(host_cases.TERMINATE)
    change = engine.undo(engine.apply(armed(host_cases.TERMINATE, played)), "done")
    assert change.state == "undo_failed"
    assert "AWS is still putting it back" in change.error
    played.move(host_cases.WARM_UP)
    assert engine.undo(change, "done").state == "undone"


def test_a_group_that_leaves_its_only_zone_is_refused(stage: Make) -> None:
    case = host_cases.LEAVE
    played = stage(case)
    only = zone_cases.subnets(played)[0]
    played.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName="search-api", VPCZoneIdentifier=only)
    played.move(host_cases.WARM_UP)
    assert "it could launch nowhere" in look_up(case, played).refusal
    elsewhere = replace(case, arguments={**case.arguments, "zone": "us-east-1c"})
    assert "in no subnet of us-east-1c" in look_up(elsewhere, played).refusal


def test_a_group_whose_subnets_have_changed_since_the_preview_is_not_armed(stage: Make) -> None:
    played = stage(host_cases.LEAVE)
    target = look_up(host_cases.LEAVE, played).target
    host_cases._one_subnet(played)
    with pytest.raises(ValueError, match="changed since the preview"):
        group_zone.observe(target)


def test_a_dead_end_that_somebody_gave_a_way_out_is_still_taken_away(stage: Make) -> None:
    played = stage(zone_cases.MAIN_ROUTES)
    change = engine.apply(armed(zone_cases.MAIN_ROUTES, played))
    seen = routes.tables(PLACE["account"], PLACE["region"], change.target["vpc"])
    ec2 = played.client("ec2")
    gateway = ec2.describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
    ec2.create_route(RouteTableId=min(seen.made), DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    assert not zone_routes.verify_applied(change.target)
    assert engine.undo(change, "done").state == "undone"
    assert zone_cases.tables(played) == {}


def test_the_dead_end_is_made_once_and_used_again(stage: Make) -> None:
    played = stage(zone_cases.MAIN_ROUTES)
    for _ in range(2):
        change = engine.apply(armed(zone_cases.MAIN_ROUTES, played))
        engine.undo(change, "done")
    assert len(routes.tables(PLACE["account"], PLACE["region"], change.target["vpc"]).made) == 1


def test_a_zone_that_has_no_way_out_already_is_refused(stage: Make) -> None:
    played = stage(zone_cases.MAIN_ROUTES)
    engine.apply(armed(zone_cases.MAIN_ROUTES, played))
    assert "no route out of their VPC already" in look_up(zone_cases.MAIN_ROUTES, played).refusal


def test_a_service_with_fewer_tasks_than_wanted_is_refused(stage: Make) -> None:
    case = task_cases.STOP
    played = stage(case)
    engine.apply(armed(case, played))
    assert "tasks of ledger run: wait until all are there" in look_up(case, played).refusal


def test_the_undo_of_records_waits_until_all_name_servers_have_them(stage: Make) -> None:
    case = dns_cases.WEIGHTS
    played = stage(case)
    change = engine.undo(engine.apply(armed(case, played)), "done")
    assert (change.state, change.error) == (
        "undo_failed", "DNS traffic away from a region: AWS is still putting it back",
    )  # fmt: skip
    assert [one["Weight"] for one in dns_cases.records(played)] == [40, 1, 120, 3]
    played.move(dns_cases.INSYNC)
    assert engine.undo(change, "done").state == "undone"


def test_without_the_cache_the_records_are_proven_by_what_route_53_lists(
    stage: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("the cache is gone")

    case = dns_cases.WEIGHTS
    played = stage(case)
    change = armed(case, played)
    monkeypatch.setattr(route53_records.cache, "set", broken)
    monkeypatch.setattr(route53_records.cache, "get", broken)
    assert engine.undo(engine.apply(change), "done").state == "undone"


def test_a_name_in_a_zone_that_is_tagged_for_the_service_is_its_own(stage: Make) -> None:
    case = replace(dns_cases.WEIGHTS, arguments=dns_cases.WEIGHTS.foreign)
    played = stage(case)
    tags = [{"Key": "service", "Value": "suggest"}]
    played.client("route53").change_tags_for_resource(
        ResourceType="hostedzone", ResourceId=dns_cases.ZONE, AddTags=tags
    )
    assert "all other records have weight 0" in look_up(case, played).refusal


@pytest.mark.parametrize("name", ["suggest-2", "sugges", "suggest.example"])
def test_a_load_balancer_of_a_similar_name_is_not_the_services_own(stage: Make, name: str) -> None:
    case = dns_cases.WEIGHTS
    played = stage(replace(case, facts={"aws.alb": {"items": [{**PLACE, "name": name}], "count": 1}}))
    assert "not a name of suggest" in look_up(case, played).refusal


@pytest.mark.parametrize("key", ["instance-stop", "instance-termination", "task-termination"])
@pytest.mark.parametrize(
    ("amount", "field"),
    [
        ({}, "count"), ({"count": "1", "percent": "5"}, "count"), ({"count": "0"}, "count"), ({"count": "100"}, "count"),
        ({"percent": "101"}, "percent"), ({"percent": "0"}, "percent"), ({"percent": 5}, "percent"),
    ],
)  # fmt: skip
def test_a_fault_takes_either_a_count_or_a_share(key: str, amount: dict[str, Any], field: str) -> None:
    fault = faults.get(key)
    assert fault is not None
    whole = {one.key: one.example for one in fault.arguments if not one.optional}
    with pytest.raises(Invalid) as refused:
        fault.read({**whole, **amount})
    assert refused.value.field == f"arguments.{field}"
    assert fault.read({**whole, "count": "2", "percent": ""}) == {**whole, "count": "2"}


def test_a_zone_says_how_many_of_all_hosts_go(stage: Make) -> None:
    seen = look_up(zone_cases.CUT, stage(zone_cases.CUT))
    assert (seen.hit, seen.total) == (2, 6)
