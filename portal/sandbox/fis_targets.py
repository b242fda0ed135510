"""What the targets of a FIS experiment select, from moto's own resources: by ARN, or by tags and filters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .backends import backend, lambda_backend
from .fis_catalogue import CLUSTER, FUNCTION, INSTANCE, SUBNET

Found = tuple[str, dict[str, str], dict[str, str]]
"""ARN, tags, and what filters may ask for by path."""


def resolve(account: str, region: str, target: Mapping[str, Any]) -> list[str]:
    """ARNs that a target selects now, in order, cut to its selection mode. The first of them, where AWS would draw lots."""
    arns = list(target.get("resourceArns") or [])
    if not arns:
        wanted, filters = target.get("resourceTags") or {}, target.get("filters") or []
        lister = _LISTERS.get(target["resourceType"])
        arns = sorted(
            arn
            for arn, tags, fields in (lister(account, region) if lister else ())
            if wanted.items() <= tags.items() and all(fields.get(one["path"]) in one["values"] for one in filters)
        )
    return arns[: how_many(target.get("selectionMode", "ALL"), len(arns))]


def how_many(mode: str, found: int) -> int:
    """ALL, COUNT(n) or PERCENT(n) of so many; of a percentage at least one."""
    word, _, number = mode.rstrip(")").partition("(")
    if word == "ALL":
        return found
    return int(number) if word == "COUNT" else max(1, math.floor(found * int(number) / 100))


def _instances(account: str, region: str) -> Iterator[Found]:
    for one in backend("ec2", account, region).all_instances():
        if one.state != "terminated":
            fields = {"State.Name": one.state, "Placement.AvailabilityZone": one.placement.availability_zone}
            tags = {tag["key"]: tag["value"] for tag in one.get_tags()}
            yield f"arn:aws:ec2:{region}:{account}:instance/{one.id}", tags, fields


def _subnets(account: str, region: str) -> Iterator[Found]:
    ec2 = backend("ec2", account, region)
    for zone in ec2.subnets.values():
        for one in zone.values():
            tags = {tag["key"]: tag["value"] for tag in one.get_tags()}
            fields = {"AvailabilityZone": one.availability_zone, "VpcId": one.vpc_id}
            yield f"arn:aws:ec2:{region}:{account}:subnet/{one.id}", tags, fields


def _clusters(account: str, region: str) -> Iterator[Found]:
    for one in backend("rds", account, region).clusters.values():
        yield one.arn, {tag["Key"]: tag["Value"] for tag in one.tags}, {}


def _functions(account: str, region: str) -> Iterator[Found]:
    for one in lambda_backend(account, region).list_functions():
        arn = one.function_arn.removesuffix(":$LATEST")
        yield arn, dict(lambda_backend(account, region).list_tags(arn)), {}


_LISTERS: dict[str, Callable[[str, str], Iterator[Found]]] = {
    INSTANCE: _instances,
    SUBNET: _subnets,
    CLUSTER: _clusters,
    FUNCTION: _functions,
}
