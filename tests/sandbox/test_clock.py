"""The clock's metrics follow what is configured: alias weights, cut zones, reserved concurrency."""

from __future__ import annotations

import random
from typing import Any

import pytest

from portal.sandbox.clock import tick
from portal.sandbox.seed import seed_service
from portal.sandbox.server import Sandbox
from tests.sandbox.conftest import Clients, Wall

EUROPE, AMERICA = ("111111111111", "eu-west-1"), ("111111111111", "us-east-1")


def run(sandbox: Sandbox, wall: Wall, ticks: int) -> float:
    """Let time pass; returns the moment before."""
    began, rng = wall(), random.Random(7)
    for _ in range(ticks):
        wall.move(10)
        tick(sandbox.state, 10, rng)
    return began


def total(sandbox: Sandbox, wall: Wall, place: tuple[str, str], name: str, own: dict[str, str], since: float) -> float:
    """Sum of a metric after `since`."""
    namespace = "AWS/Lambda" if "FunctionName" in own else "AWS/ApplicationELB"
    return sum(row.total for row in sandbox.state.metrics.read(place, namespace, name, own, since + 1, wall() + 1, 10))


def version(number: str) -> dict[str, str]:
    return {"FunctionName": "checkout", "Resource": "checkout:live", "ExecutedVersion": number}


@pytest.fixture
def checkout(sandbox: Sandbox, wall: Wall) -> Sandbox:
    seed_service(sandbox.url, "checkout")
    return sandbox


@pytest.mark.parametrize("weight", [0.05, 0.25])
def test_invocations_are_split_by_the_current_weights(
    checkout: Sandbox, wall: Wall, client: Clients, weight: float
) -> None:
    routing = {"AdditionalVersionWeights": {"42": weight}}
    client("lambda").update_alias(FunctionName="checkout", Name="live", RoutingConfig=routing)
    since = run(checkout, wall, 30)
    old, new = (total(checkout, wall, EUROPE, "Invocations", version(number), since) for number in ("41", "42"))
    assert new / (old + new) == pytest.approx(weight, abs=0.002)
    assert old + new == pytest.approx(300 * 120, rel=0.05)
    assert total(checkout, wall, EUROPE, "Invocations", {"FunctionName": "checkout"}, since) == old + new
    assert total(checkout, wall, EUROPE, "Errors", version("41"), since) / old == pytest.approx(0.01, abs=0.003)


def test_without_weights_the_new_version_gets_nothing(checkout: Sandbox, wall: Wall) -> None:
    since = run(checkout, wall, 3)
    assert total(checkout, wall, EUROPE, "Invocations", version("42"), since) == 0
    assert total(checkout, wall, EUROPE, "Invocations", version("41"), since) > 3000


def test_a_version_that_is_told_to_fail_fails(checkout: Sandbox, wall: Wall, client: Clients) -> None:
    checkout.state.behaviour["checkout", "42"] = (0.2, 500.0)
    client("lambda").update_alias(
        FunctionName="checkout", Name="live", RoutingConfig={"AdditionalVersionWeights": {"42": 0.5}}
    )
    since = run(checkout, wall, 10)
    rate = {
        n: total(checkout, wall, EUROPE, "Errors", version(n), since)
        / total(checkout, wall, EUROPE, "Invocations", version(n), since)
        for n in ("41", "42")
    }
    assert rate["42"] == pytest.approx(0.2, abs=0.03)
    assert rate["41"] < 0.02


def test_a_function_without_concurrency_is_throttled(checkout: Sandbox, wall: Wall, client: Clients) -> None:
    client("lambda").put_function_concurrency(FunctionName="checkout", ReservedConcurrentExecutions=0)
    since = run(checkout, wall, 2)
    assert total(checkout, wall, EUROPE, "Invocations", {"FunctionName": "checkout"}, since) == 0
    assert total(checkout, wall, EUROPE, "Throttles", {"FunctionName": "checkout"}, since) > 2000


def names(client: Clients) -> tuple[dict[str, str], dict[str, str]]:
    """CloudWatch dimensions of search-api's load balancer, alone and with its target group."""
    elb = client("elbv2", "us-east-1")
    balancer = elb.describe_load_balancers(Names=["search-api"])["LoadBalancers"][0]["LoadBalancerArn"].split(
        ":loadbalancer/"
    )[1]
    group = elb.describe_target_groups(Names=["search-api"])["TargetGroups"][0]["TargetGroupArn"].split(":", 5)[5]
    return {"LoadBalancer": balancer}, {"LoadBalancer": balancer, "TargetGroup": group}


def swap(ec2: Any, subnet: str, acl: str) -> str:
    """Associate a subnet with a network ACL; returns the ACL that it had."""
    found = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])["NetworkAcls"][0]
    association = next(one for one in found["Associations"] if one["SubnetId"] == subnet)
    ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl)
    return str(found["NetworkAclId"])


def test_cutting_a_zone_takes_its_hosts_and_undoing_brings_them_back(
    sandbox: Sandbox, wall: Wall, client: Clients
) -> None:
    seed_service(sandbox.url, "search-api")
    ec2, (balancer, hosts) = client("ec2", "us-east-1"), names(client)
    subnet = ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": ["search-api-us-east-1a"]}])["Subnets"][0]
    closed = ec2.create_network_acl(VpcId=subnet["VpcId"])["NetworkAcl"]["NetworkAclId"]
    assert total(sandbox, wall, AMERICA, "HealthyHostCount", hosts, run(sandbox, wall, 1)) == 6

    before = swap(ec2, subnet["SubnetId"], closed)
    since = run(sandbox, wall, 30)
    assert total(sandbox, wall, AMERICA, "HealthyHostCount", hosts, since) == 30 * 4
    assert total(sandbox, wall, AMERICA, "HealthyHostCount", hosts | {"AvailabilityZone": "us-east-1a"}, since) == 0
    failed, calls = (
        total(sandbox, wall, AMERICA, name, balancer, since) for name in ("HTTPCode_Target_5XX_Count", "RequestCount")
    )
    assert 0 < failed / calls < 0.01, "the other zones carry on"
    group = client("elbv2", "us-east-1").describe_target_groups(Names=["search-api"])["TargetGroups"][0][
        "TargetGroupArn"
    ]
    health = client("elbv2", "us-east-1").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert sorted(one["TargetHealth"]["State"] for one in health) == ["healthy"] * 4 + ["unhealthy"] * 2

    swap(ec2, subnet["SubnetId"], before)
    assert total(sandbox, wall, AMERICA, "HealthyHostCount", hosts, run(sandbox, wall, 1)) == 6


def test_requests_are_split_by_the_weights_of_target_groups(sandbox: Sandbox, wall: Wall, client: Clients) -> None:
    seed_service(sandbox.url, "ledger")
    elb = client("elbv2")
    groups = [elb.describe_target_groups(Names=[name])["TargetGroups"][0] for name in ("ledger", "ledger-green")]
    balancer = elb.describe_load_balancers(Names=["ledger"])["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
    weighed = [
        {"TargetGroupArn": one["TargetGroupArn"], "Weight": weight} for one, weight in zip(groups, (9, 1), strict=True)
    ]
    forward = [{"Type": "forward", "ForwardConfig": {"TargetGroups": weighed}}]
    elb.modify_listener(ListenerArn=listener, DefaultActions=forward)
    sandbox.state.behaviour["ledger", "ledger-green"] = (0.5, 400.0)
    since = run(sandbox, wall, 10)
    names = {"LoadBalancer": balancer.split(":loadbalancer/")[1]}
    calls, failed = (
        [
            total(sandbox, wall, EUROPE, metric, names | {"TargetGroup": one["TargetGroupArn"].split(":", 5)[5]}, since)
            for one in groups
        ]
        for metric in ("RequestCount", "HTTPCode_Target_5XX_Count")
    )
    assert calls[1] / sum(calls) == pytest.approx(0.1, abs=0.01)
    assert failed[1] / calls[1] == pytest.approx(0.5, abs=0.1)
    assert failed[0] / calls[0] < 0.01


def test_two_weeks_of_history_tell_the_idle_fleets(sandbox: Sandbox, wall: Wall) -> None:
    for service, level in (("warehouse-etl", 18), ("reports", 12)):
        seed_service(sandbox.url, service)
        own = {"AutoScalingGroupName": service}
        rows = sandbox.state.metrics.read(
            ("222222222222", "us-east-1"), "AWS/EC2", "CPUUtilization", own, wall() - 15 * 86_400, wall(), 3600
        )
        assert len(rows) == 14 * 24
        assert sum(row.total for row in rows) / len(rows) == pytest.approx(level, rel=0.05)
