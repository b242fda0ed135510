"""How a CodeDeploy deployment moves with time: pure functions from a configuration and elapsed seconds to shares and events.

AWS waits minutes between shifts. The sandbox runs `SPEED` times faster, so that a canary of five minutes takes 30 seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SPEED = 10.0
BATCH_SECONDS = 12.0
"""Length of one batch of instances in an in-place deployment."""
EVENT_SECONDS = 1.0
"""Length of a lifecycle event that does not shift traffic."""

_EVENTS = {
    "Lambda": ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"),
    "ECS": (
        "BeforeInstall",
        "Install",
        "AfterInstall",
        "AllowTestTraffic",
        "AfterAllowTestTraffic",
        "BeforeAllowTraffic",
        "AllowTraffic",
        "AfterAllowTraffic",
    ),
    "Server": (
        "ApplicationStop",
        "DownloadBundle",
        "BeforeInstall",
        "Install",
        "AfterInstall",
        "ApplicationStart",
        "ValidateService",
    ),
}


@dataclass(frozen=True)
class Event:
    """A lifecycle event: from `start` to `end` in seconds since the deployment started."""

    name: str
    start: float
    end: float

    def status(self, elapsed: float) -> str:
        """Pending, InProgress or Succeeded after `elapsed` seconds."""
        if elapsed < self.start:
            return "Pending"
        return "InProgress" if elapsed < self.end else "Succeeded"


def shift_steps(routing: dict[str, Any]) -> list[tuple[float, float]]:
    """(seconds after the shift began, share 0..1) of a traffic routing configuration; the last share is 1."""
    if routing.get("type") == "TimeBasedCanary":
        canary = routing["timeBasedCanary"]
        return [(0.0, canary["canaryPercentage"] / 100), (canary["canaryInterval"] * 60 / SPEED, 1.0)]
    if routing.get("type") == "TimeBasedLinear":
        linear = routing["timeBasedLinear"]
        count = math.ceil(100 / linear["linearPercentage"])
        return [
            (step * linear["linearInterval"] * 60 / SPEED, min(1.0, (step + 1) * linear["linearPercentage"] / 100))
            for step in range(count)
        ]
    return [(0.0, 1.0)]


def traffic_events(platform: str, routing: dict[str, Any]) -> list[Event]:
    """Lifecycle events of a Lambda or ECS deployment; AllowTraffic lasts as long as the shift."""
    events, at = [], 0.0
    for name in _EVENTS[platform]:
        length = max(EVENT_SECONDS, shift_steps(routing)[-1][0]) if name == "AllowTraffic" else EVENT_SECONDS
        events.append(Event(name, at, at + length))
        at += length
    return events


def share_at(events: list[Event], routing: dict[str, Any], elapsed: float) -> float:
    """Share of the traffic on the new version after `elapsed` seconds, 0 before AllowTraffic."""
    began = next(event.start for event in events if event.name == "AllowTraffic")
    reached = [share for second, share in shift_steps(routing) if elapsed - began >= second]
    return reached[-1] if reached else 0.0


def batches(instances: list[str], minimum: dict[str, Any]) -> list[list[str]]:
    """Instances in the groups that an in-place deployment takes at a time.

    `minimum` is minimumHealthyHosts: HOST_COUNT n leaves n in service, FLEET_PERCENT p leaves p % rounded up; at least one
    instance is taken at a time (AWS CodeDeploy user guide, "Working with deployment configurations").
    """
    total = len(instances)
    size = max(1, total - fewest(total, minimum))
    return [instances[at : at + size] for at in range(0, total, size)]


@dataclass(frozen=True)
class Wave:
    """Instances that are taken together, and when that begins; `bake_until` is when the watch over their zone ends."""

    names: tuple[str, ...]
    start: float
    bake_until: float = 0.0


def waves(machines: Mapping[str, str], config: Mapping[str, Any]) -> list[Wave]:
    """The order in which an in-place deployment takes instances (zone by id), in seconds since it began.

    With a zonalConfig one zone goes after the other, and each but the last is watched before the next one; the first
    for firstZoneMonitorDurationInSeconds where that is given (AWS CodeDeploy API reference, ZonalConfig).
    """
    minimum, zonal = config.get("minimumHealthyHosts") or {}, config.get("zonalConfig")
    if not zonal:
        parts = batches(list(machines), minimum)
        return [Wave(tuple(part), number * BATCH_SECONDS) for number, part in enumerate(parts)]
    found: list[Wave] = []
    at, later = 0.0, float(zonal.get("monitorDurationInSeconds") or 0)
    watch, zones = float(zonal.get("firstZoneMonitorDurationInSeconds") or later), sorted(set(machines.values()))
    for zone in zones:
        here = [name for name, where in machines.items() if where == zone]
        parts = batches(here, zonal.get("minimumHealthyHostsPerZone") or minimum)
        ends = at + len(parts) * BATCH_SECONDS + (watch / SPEED if zone != zones[-1] else 0.0)
        found += [Wave(tuple(part), at + number * BATCH_SECONDS, ends) for number, part in enumerate(parts)]
        at, watch = ends, later
    return found


def fewest(count: int, minimum: Mapping[str, Any]) -> int:
    """Healthy instances that a deployment to `count` of them must leave."""
    value = int(minimum.get("value", 0))
    return math.ceil(count * value / 100) if minimum.get("type") == "FLEET_PERCENT" else min(value, count)


def instance_events(start: float) -> list[Event]:
    """Lifecycle events of the instances that are taken at `start`."""
    names = _EVENTS["Server"]
    length = BATCH_SECONDS / len(names)
    return [Event(name, start + at * length, start + (at + 1) * length) for at, name in enumerate(names)]


def _canary(percentage: int, minutes: int) -> dict[str, Any]:
    return {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": percentage, "canaryInterval": minutes}}


def _linear(minutes: int) -> dict[str, Any]:
    return {"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 10, "linearInterval": minutes}}


def _predefined() -> dict[str, dict[str, Any]]:
    configs: dict[str, dict[str, Any]] = {
        "AllAtOnce": {"computePlatform": "Server", "minimumHealthyHosts": {"type": "HOST_COUNT", "value": 0}},
        "HalfAtATime": {"computePlatform": "Server", "minimumHealthyHosts": {"type": "FLEET_PERCENT", "value": 50}},
        "OneAtATime": {"computePlatform": "Server", "minimumHealthyHosts": {"type": "FLEET_PERCENT", "value": 99}},
        "LambdaAllAtOnce": {"computePlatform": "Lambda", "trafficRoutingConfig": {"type": "AllAtOnce"}},
        "ECSAllAtOnce": {"computePlatform": "ECS", "trafficRoutingConfig": {"type": "AllAtOnce"}},
    }
    for minutes in (5, 10, 15, 30):
        configs[f"LambdaCanary10Percent{minutes}Minutes"] = {
            "computePlatform": "Lambda",
            "trafficRoutingConfig": _canary(10, minutes),
        }
    for minutes in (1, 2, 3, 10):
        name = f"LambdaLinear10PercentEvery{minutes}Minute{'s' if minutes > 1 else ''}"
        configs[name] = {"computePlatform": "Lambda", "trafficRoutingConfig": _linear(minutes)}
    for minutes in (5, 15):
        configs[f"ECSCanary10Percent{minutes}Minutes"] = {
            "computePlatform": "ECS",
            "trafficRoutingConfig": _canary(10, minutes),
        }
    for minutes in (1, 3):
        configs[f"ECSLinear10PercentEvery{minutes}Minutes"] = {
            "computePlatform": "ECS",
            "trafficRoutingConfig": _linear(minutes),
        }
    return {
        f"CodeDeployDefault.{name}": {**config, "deploymentConfigName": f"CodeDeployDefault.{name}"}
        for name, config in configs.items()
    }


PREDEFINED = _predefined()
"""Deployment configurations that AWS ships, by name, in the form of deploymentConfigInfo."""
