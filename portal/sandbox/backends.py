"""Reading moto's own state: what exists now, for handlers and for the clock. Call it while holding the state's lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.awslambda import utils as awslambda
from moto.backends import get_backend


def backend(service: str, account: str, region: str) -> Any:
    """moto's backend of a service for one account and region."""
    return get_backend(service)[account][region]  # type: ignore[call-overload]


def lambda_backend(account: str, region: str) -> Any:
    """moto's Lambda backend, the one that runs without Docker."""
    return awslambda.get_backend(account, region)


@dataclass(frozen=True)
class Machine:
    """An EC2 instance of a fleet: its id, zone name, subnet, and whether it runs."""

    id: str
    zone: str
    subnet: str
    running: bool


def _zone(instance: Any) -> str:
    return str(instance.placement.availability_zone)


def fleet(account: str, region: str, name: str) -> list[Machine]:
    """Instances of an Auto Scaling group, empty when there is no such group."""
    group = backend("autoscaling", account, region).autoscaling_groups.get(name)
    if group is None:
        return []
    instances = [member.instance for member in group.instance_states]
    return [Machine(one.id, _zone(one), one.subnet_id, one.state == "running") for one in instances]


def closed_subnets(account: str, region: str) -> set[str]:
    """Ids of the subnets whose network ACL lets nothing in or nothing out."""
    closed: set[str] = set()
    for acl in backend("ec2", account, region).network_acls.values():
        open_ways = {
            bool(entry.egress in (True, "true")) for entry in acl.network_acl_entries if entry.rule_action == "allow"
        }
        if len(open_ways) < 2:
            closed |= {association.subnet_id for association in acl._associations.values()}
    return closed


def load_balancer(account: str, region: str, name: str) -> tuple[str, str] | None:
    """CloudWatch names of a load balancer and its first target group: ("app/x/50dc…", "targetgroup/x/73e2…")."""
    elb = backend("elbv2", account, region)
    balancer = next((one for one in elb.load_balancers.values() if one.name == name), None)
    group = next((one for one in elb.target_groups.values() if one.name == name), None)
    if balancer is None or group is None:
        return None
    return balancer.arn.split(":loadbalancer/")[1], group.arn.split(":", 5)[5]


def group_shares(account: str, region: str, name: str) -> dict[tuple[str, str], float]:
    """Share of the traffic (0..1) by (CloudWatch name, name) of the target groups that a load balancer's listeners weigh.

    Empty where no listener names more than one.
    """
    elb = backend("elbv2", account, region)
    found: dict[tuple[str, str], float] = {}
    for balancer in elb.load_balancers.values():
        for listener in balancer.listeners.values() if balancer.name == name else ():
            for action in listener.default_actions:
                groups = (action.data.get("ForwardConfig") or {}).get("TargetGroups") or []
                total = sum(int(group.get("Weight", 1)) for group in groups)
                if len(groups) > 1 and total:
                    for group in groups:
                        arn = group["TargetGroupArn"]
                        found[arn.split(":", 5)[5], arn.split("/")[1]] = int(group.get("Weight", 1)) / total
    return found


def lattice_service(account: str, region: str, name: str) -> str:
    """Id of a VPC Lattice service, "" when there is none of this name."""
    found = backend("vpclattice", account, region).services.values()
    return next((str(one.id) for one in found if one.name == name), "")


@dataclass(frozen=True)
class Route:
    """Where an alias sends its calls: share of the traffic (0..1) by version; `throttled` when nothing may run."""

    shares: dict[str, float]
    throttled: bool


def alias_route(account: str, region: str, function: str, alias: str) -> Route | None:
    """Current weights of a Lambda alias, None when function or alias is missing."""
    storage = lambda_backend(account, region)._lambdas
    if function not in storage._functions:
        return None
    latest = storage._functions[function]["latest"]
    found = storage._aliases.get(latest.function_arn.removesuffix(":$LATEST"), {}).get(alias)
    if found is None:
        return None
    extra = {
        str(version): float(weight)
        for version, weight in ((found.routing_config or {}).get("AdditionalVersionWeights") or {}).items()
    }
    shares = {str(found.function_version): max(0.0, 1.0 - sum(extra.values())), **extra}
    return Route(shares, throttled=str(latest.reserved_concurrency) == "0")


def set_alias_route(
    account: str, region: str, function: str, alias: str, version: str, extra: dict[str, float]
) -> None:
    """Point an alias at a version with additional weights, as CodeDeploy does while it shifts traffic."""
    lambda_backend(account, region).update_alias(alias, function, version, None, {"AdditionalVersionWeights": extra})


def functions(account: str, region: str) -> Iterator[tuple[str, str]]:
    """(function, alias) of every alias in one account and region."""
    storage = lambda_backend(account, region)._lambdas
    for arn, aliases in list(storage._aliases.items()):
        for alias in aliases:
            yield arn.split(":")[6], alias
