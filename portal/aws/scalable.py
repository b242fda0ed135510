"""Application Auto Scaling: which capacities follow the load by themselves."""

from __future__ import annotations

from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import reader

Scaled = frozenset[tuple[str, str]]


def scaled(account: str, region: str, namespace: str) -> Scaled | None:
    """(resource id, dimension) of everything that scales, such as (service/web/checkout, ecs:service:DesiredCount).

    `namespace` is ecs or dynamodb. None where the role may not read it.
    """

    def ask() -> Scaled:
        client = reader(account, region, "application-autoscaling")
        rows = pages(client, "describe_scalable_targets", "ScalableTargets", ServiceNamespace=namespace)
        return frozenset((row["ResourceId"], row["ScalableDimension"]) for row in rows)

    return detail("application-autoscaling:DescribeScalableTargets", account, region, ask)
