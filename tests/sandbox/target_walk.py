"""Every operation that moves traffic, once, for the test of shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.conftest import Clients, Wall

Ask = Callable[..., dict[str, Any]]


def walk(ask: Ask, client: Clients, wall: Wall) -> None:
    """Load balancers, then the others."""
    _balancers(ask, client)


def _balancers(ask: Ask, client: Clients) -> None:
    elb = client("elbv2", "us-east-1")
    group = elb.describe_target_groups(Names=["search-api"])["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.describe_load_balancers(Names=["search-api"])["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
    forward = [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group, "Weight": 5}]}}]
    assert ask("elbv2", "ModifyListener", ListenerArn=listener, DefaultActions=forward)["Listeners"]
    where = [{"Field": "path-pattern", "Values": ["/pay/*"]}]
    rule = elb.create_rule(ListenerArn=listener, Priority=5, Conditions=where, Actions=forward)["Rules"][0]["RuleArn"]
    assert ask("elbv2", "ModifyRule", RuleArn=rule, Actions=forward)["Rules"]
