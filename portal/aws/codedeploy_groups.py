"""CodeDeploy deployment groups as discovery sees them: with what their deployment configuration allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import codedeploy
from portal.aws.gaps import detail
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True)
class Pace:
    """A deployment configuration: what stays healthy, in which steps traffic moves, and how zones are treated.

    `healthy_type` is HOST_COUNT or FLEET_PERCENT; `traffic` is AllAtOnce, TimeBasedCanary or TimeBasedLinear; a step
    in percent of the traffic. `zonal` is true where zone goes after zone.
    """

    healthy_type: str
    healthy_value: int
    traffic: str
    step_percent: int
    zonal: bool


@dataclass(frozen=True, kw_only=True)
class DeploymentGroup(AwsResource):
    """One deployment group; `pace` is None where its configuration may not be read."""

    application: str
    platform: str
    config: str
    auto_rollback: bool
    rollback_events: tuple[str, ...]
    alarms: tuple[str, ...]
    alarms_enabled: bool
    all_at_once: bool
    pace: Pace | None


def groups(account: str, region: str) -> list[DeploymentGroup]:
    """All deployment groups, with one call for each configuration that they use."""
    found = codedeploy.groups(account, region)
    if not found:
        return []
    client = reader(account, region, "codedeploy")

    def ask(name: str) -> Pace | None:
        action = "codedeploy:GetDeploymentConfig"
        return detail(action, account, region, lambda: _pace(client.get_deployment_config(deploymentConfigName=name)))

    paces = {name: ask(name) for name in sorted({group.config for group in found})}
    return [_group(group, paces[group.config]) for group in found]


def _pace(reply: Mapping[str, Any]) -> Pace:
    info = reply["deploymentConfigInfo"]
    hosts, routing = info.get("minimumHealthyHosts") or {}, info.get("trafficRoutingConfig") or {}
    canary, linear = routing.get("timeBasedCanary") or {}, routing.get("timeBasedLinear") or {}
    step = canary.get("canaryPercentage") or linear.get("linearPercentage") or 0
    zonal = bool((info.get("zonalConfig") or {}).get("minimumHealthyHostsPerZone"))
    return Pace(hosts.get("type", ""), int(hosts.get("value") or 0), routing.get("type", ""), int(step), zonal)


def _group(group: codedeploy.Group, pace: Pace | None) -> DeploymentGroup:
    name = f"{group.application}/{group.name}"
    return DeploymentGroup(
        name=name,
        arn=f"arn:aws:codedeploy:{group.region}:{group.account}:deploymentgroup:{name}",
        account=group.account,
        region=group.region,
        application=group.application,
        platform=group.platform,
        config=group.config,
        auto_rollback=group.auto_rollback,
        rollback_events=tuple(group.rollback_events),
        alarms=tuple(group.alarms),
        alarms_enabled=group.alarms_enabled,
        all_at_once=group.all_at_once,
        pace=pace,
    )
