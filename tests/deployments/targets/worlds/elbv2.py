"""An ALB whose HTTP listener forwards to one of three target groups, with two hosts in each."""

from __future__ import annotations

from typing import Any

from deployments.targets.elbv2 import ELBV2_WEIGHTS
from portal.sandbox.server import Sandbox

from .network import Network, network
from .world import ACCOUNT, REGION, Clock, World, client, sick

STICKY = {"Enabled": True, "DurationSeconds": 600}
LOGIN = {
    "Issuer": "https://id.example.com", "AuthorizationEndpoint": "https://id.example.com/a", "ClientId": "shop",
    "TokenEndpoint": "https://id.example.com/t", "UserInfoEndpoint": "https://id.example.com/u", "ClientSecret": "quiet",
}  # fmt: skip


def build(sandbox: Sandbox, clock: Clock) -> World:
    """All traffic goes to `blue`."""
    made = network()
    balancer, (blue, green, other), hosts = balanced(made)
    actions = [{"Type": "forward", "Order": 1, "ForwardConfig": forward({blue: 1})}]
    elb = client("elbv2")
    listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=actions)
    arn = listener["Listeners"][0]["ListenerArn"]
    theirs = [{"Type": "forward", "ForwardConfig": forward({other: 1})}]
    names = {group: group.split("/")[1] for group in (blue, green, other)}
    fact = {
        "name": "checkout", "arn": balancer, "account": ACCOUNT, "region": REGION, "type": "application",
        "listeners": [{"arn": arn, "label": "HTTP 80"}],
        "target_groups": [{"arn": blue, "name": names[blue]}],
        "spare_groups": [{"arn": group, "name": names[group]} for group in (green, other)],
    }  # fmt: skip
    target = {"kind": ELBV2_WEIGHTS, "account": ACCOUNT, "region": REGION, "listener": arn, "canary": green}
    return World(
        sandbox, clock, target, blue, (("elbv2", "ModifyListener"),),
        meddle=lambda: elb.modify_listener(ListenerArn=arn, DefaultActions=theirs),
        sicken=lambda count: sick(sandbox, green, hosts[green][:count]), has_hosts=True, facts={"aws.alb": [fact]},
    )  # fmt: skip


def balanced(made: Network) -> tuple[str, list[str], dict[str, list[str]]]:
    """(load balancer, its groups blue, green and other, the hosts of each)."""
    elb = client("elbv2")
    balancer = elb.create_load_balancer(Name="checkout", Subnets=list(made.subnets))["LoadBalancers"][0]
    groups = [
        elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=made.vpc)["TargetGroups"][0][
            "TargetGroupArn"
        ]
        for name in ("blue", "green", "other")
    ]
    hosts = {group: made.hosts() for group in groups[:2]}
    for group, names in hosts.items():
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": name} for name in names])
    return balancer["LoadBalancerArn"], groups, hosts


def forward(weights: dict[str, int]) -> dict[str, Any]:
    """A sticky forward."""
    groups = [{"TargetGroupArn": group, "Weight": weight} for group, weight in weights.items()]
    return {"TargetGroups": groups, "TargetGroupStickinessConfig": STICKY}
