"""The fault of a load balancer that leaves a zone."""

from __future__ import annotations

from typing import Any

from tests.chaos.faults.case import PLACE, SEARCH, Case, Stage

SHIFT = {**PLACE, "balancer": SEARCH, "zone": "us-east-1a"}


def arn(stage: Stage) -> str:
    found = stage.client("elbv2").describe_load_balancers(Names=[SEARCH])["LoadBalancers"]
    return str(found[0]["LoadBalancerArn"])


def weights(stage: Stage) -> Any:
    return stage.client("arc-zonal-shift").get_managed_resource(resourceIdentifier=arn(stage))["appliedWeights"]


def discovered(stage: Stage) -> None:
    """The load balancer's ARN holds an id that only AWS knows."""
    from services import facts

    items = [{**PLACE, "name": SEARCH, "arn": arn(stage)}]
    facts.publish(stage.entity, "aws.alb", {"items": items, "count": 1}, source="test")


def _incident(stage: Stage) -> None:
    """Somebody ends our shift and moves the load balancer away from another zone."""
    shifts = stage.client("arc-zonal-shift")
    for one in shifts.list_zonal_shifts(status="ACTIVE")["items"]:
        shifts.cancel_zonal_shift(zonalShiftId=one["zonalShiftId"])
    away = sorted(weights(stage))[-1]
    shifts.start_zonal_shift(resourceIdentifier=arn(stage), awayFrom=away, expiresIn="2h", comment="incident 7")


LEAVES = Case(
    "zonal-shift", SHIFT, weights, ("arc-zonal-shift", "CancelZonalShift"), {**SHIFT, "balancer": "checkout"},
    "not a load balancer of search-api", prepare=discovered, theirs=_incident,
    kept=lambda stage: 0.0 in weights(stage).values(),
)  # fmt: skip
CASES = {"zonal-shift": LEAVES}
