"""What FIS actions do to moto's resources, and the post-actions that take it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .backends import backend

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


def seconds_of(text: str) -> float:
    """Seconds of an ISO 8601 duration such as PT1H30M. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        raise ValueError(f"{text} is no ISO 8601 duration")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


@dataclass(frozen=True)
class Place:
    """Where an action acts."""

    account: str
    region: str


Effect = Callable[[Place, list[str], Mapping[str, str]], Any]
"""Place, ARNs, parameters; answers what its post-action must know."""
After = Callable[[Place, Any], None]


@dataclass(frozen=True)
class Acting:
    """An action that changes something, the parameter that says for how long, and its post-action."""

    begin: Effect
    lasts: str = ""
    end: After = field(default=lambda place, kept: None)


def _ids(arns: list[str]) -> list[str]:
    return [re.split(r"[/:]", arn)[-1] for arn in arns]


def _stop(place: Place, arns: list[str], parameters: Mapping[str, str]) -> list[str]:
    ec2 = backend("ec2", place.account, place.region)
    running = [one for one in _ids(arns) if ec2.get_instance(one).state == "running"]
    ec2.stop_instances(running)
    return running if parameters.get("startInstancesAfterDuration") else []


def _start(place: Place, stopped: list[str]) -> None:
    ec2 = backend("ec2", place.account, place.region)
    ec2.start_instances([one for one in stopped if ec2.get_instance(one).state == "stopped"])


def _terminate(place: Place, arns: list[str], parameters: Mapping[str, str]) -> None:
    backend("ec2", place.account, place.region).terminate_instances(_ids(arns))


def _reboot(place: Place, arns: list[str], parameters: Mapping[str, str]) -> None:
    backend("ec2", place.account, place.region).reboot_instances(_ids(arns))


def _fail_over(place: Place, arns: list[str], parameters: Mapping[str, str]) -> None:
    for cluster in _ids(arns):
        backend("rds", place.account, place.region).failover_db_cluster(cluster)


def _cut(place: Place, arns: list[str], parameters: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """A network ACL that denies all, one for each VPC, whatever the scope."""
    ec2, before, made = backend("ec2", place.account, place.region), dict[str, str](), dict[str, str]()
    for subnet in _ids(arns):
        before[subnet], association = _association(ec2, subnet)
        vpc = ec2.get_subnet(subnet).vpc_id
        if vpc not in made:
            made[vpc] = ec2.create_network_acl(vpc, tags=[]).id
        ec2.replace_network_acl_association(association, made[vpc])
    return {"before": before, "made": made}


def _join(place: Place, kept: dict[str, dict[str, str]]) -> None:
    ec2 = backend("ec2", place.account, place.region)
    for subnet, acl in kept["before"].items():
        ec2.replace_network_acl_association(_association(ec2, subnet)[1], acl)
    for acl in kept["made"].values():
        ec2.delete_network_acl(acl)


def _association(ec2: Any, subnet: str) -> tuple[str, str]:
    for acl in ec2.network_acls.values():
        for association in acl._associations.values():
            if association.subnet_id == subnet:
                return acl.id, association.id
    raise KeyError(f"the subnet {subnet} has no network ACL")


def _stop_tasks(place: Place, arns: list[str], parameters: Mapping[str, str]) -> None:
    ecs = backend("ecs", place.account, place.region)
    for arn in arns:
        cluster = arn.split("/")[1]
        if any(arn in tasks for tasks in ecs.tasks.values()):
            ecs.stop_task(cluster, arn, "Stopped by AWS FIS")


ACTING = {
    "aws:ec2:stop-instances": Acting(_stop, "startInstancesAfterDuration", _start),
    "aws:ec2:terminate-instances": Acting(_terminate),
    "aws:ec2:reboot-instances": Acting(_reboot),
    "aws:ecs:stop-task": Acting(_stop_tasks),
    "aws:network:disrupt-connectivity": Acting(_cut, "duration", _join),
    "aws:rds:failover-db-cluster": Acting(_fail_over),
}
