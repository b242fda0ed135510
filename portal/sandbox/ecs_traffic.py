"""The listener rule of an ECS service that shifts its traffic between two target groups while a deployment moves."""

from __future__ import annotations

from typing import Any

from . import backends
from .state import State

Wires = tuple[str, str, str]
"""(listener rule, target group of the old version, target group of the new one)."""


def wires(state: State, account: str, region: str, service: str) -> Wires | None:
    """What a deployment that begins now will shift; None where the service has no two target groups."""
    kept = state.topic("ecs.services", account, region).get(service, {})
    for wire in kept.get("loadBalancers") or []:
        advanced = wire.get("advancedConfiguration") or {}
        groups = [wire.get("targetGroupArn"), advanced.get("alternateTargetGroupArn")]
        rule = _rule(account, region, advanced.get("productionListenerRule", ""))
        if rule is not None and all(groups):
            weights = {one["TargetGroupArn"]: int(one.get("Weight", 1)) for one in _forward(rule)["TargetGroups"]}
            old = max(groups, key=lambda group: weights.get(group, 0))
            return rule.arn, str(old), str(next(group for group in groups if group != old))
    return None


def shift(account: str, region: str, found: Wires, share: float) -> None:
    """Set the rule's weights to the share (0 to 1) of the new version."""
    rule = _rule(account, region, found[0])
    if rule is not None:
        new = round(share * 100)
        _forward(rule)["TargetGroups"] = [
            {"TargetGroupArn": found[1], "Weight": 100 - new}, {"TargetGroupArn": found[2], "Weight": new},
        ]  # fmt: skip


def _rule(account: str, region: str, arn: str) -> Any:
    for balancer in backends.backend("elbv2", account, region).load_balancers.values():
        for listener in balancer.listeners.values():
            if arn in listener.rules:
                return listener.rules[arn]
    return None


def _forward(rule: Any) -> dict[str, Any]:
    """The forward configuration of a rule, in moto's own object."""
    for action in rule.actions:
        if action.type == "forward":
            known: dict[str, Any] = action.data.setdefault("ForwardConfig", {})
            known.setdefault("TargetGroups", [{"TargetGroupArn": action.data.get("TargetGroupArn"), "Weight": 1}])
            return known
    return {"TargetGroups": []}
