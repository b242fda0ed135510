"""The targets of a CodeDeploy deployment as they stand: lifecycle events, traffic, zones, what fails and what is held."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import backends, rollout
from .rollout import Event, Wave
from .state import State

FAILS_AT = "ApplicationStart"
"""The lifecycle event at which a host fails that somebody told to."""
READY_AT = "BeforeAllowTraffic"
"""Where a blue/green deployment waits for ContinueDeployment, if its group asks for that."""


@dataclass
class Motion:
    """What the sandbox knows beyond moto about one deployment."""

    started: float
    halted: float | None = None
    error: dict[str, str] = field(default_factory=dict)
    rollback: dict[str, str] = field(default_factory=dict)
    shift: dict[str, str] = field(default_factory=dict)
    """Lambda only: function, alias, current and target version."""
    waited: float = 0.0
    """Seconds that it stood at lifecycle events which somebody held."""
    released: set[str] = field(default_factory=set)
    """Lifecycle events that are not held any more."""
    refused: str = ""
    """The lifecycle event whose hook answered Failed."""

    def elapsed(self, now: float) -> float:
        """Seconds since it began, without those that it stood still; negative before."""
        return (self.halted if self.halted is not None else now) - self.started - self.waited


def config_info(state: State, account: str, region: str, name: str) -> dict[str, Any] | None:
    """A predefined or own deployment configuration, None when there is none of that name."""
    return rollout.PREDEFINED.get(name) or state.topic("codedeploy.configs", account, region).get(name)


def share(state: State, account: str, region: str, deployment: Any, motion: Motion) -> float:
    """Share of the traffic on the new version now; a deployment that was stopped has none."""
    if motion.halted is not None:
        return 0.0
    routing = _routing(state, account, region, deployment)
    return rollout.share_at(_events(deployment, routing), routing, motion.elapsed(state.wall()))


def targets(state: State, account: str, region: str, deployment: Any, motion: Motion) -> list[dict[str, Any]]:
    """Targets of a deployment as {"id", "status", "events", "share"}, in deployment order."""
    platform, elapsed = deployment.application.compute_platform, motion.elapsed(state.wall())
    failing = _told(state, account, region, "failing", deployment)
    if platform == "Server":
        return [
            _target(name, rollout.instance_events(wave.start), elapsed, motion, FAILS_AT if name in failing else "")
            for wave in _waves(state, account, region, deployment)
            for name in wave.names
        ]
    events = _events(deployment, _routing(state, account, region, deployment))
    if platform == "Lambda":
        name = f"{motion.shift['function']}:{motion.shift['alias']}"
    else:
        wired = (deployment.deployment_group.ecs_services or [{}])[0]
        name = f"{wired.get('clusterName', '')}:{wired.get('serviceName', '')}"
    return [{**_target(name, events, elapsed, motion), "share": share(state, account, region, deployment, motion)}]


def phase(state: State, account: str, region: str, deployment: Any, motion: Motion) -> str:
    """InProgress, Baking while a zone is watched before the next one, or Ready while somebody is waited for."""
    elapsed = motion.elapsed(state.wall())
    if deployment.application.compute_platform == "Server":
        waves = _waves(state, account, region, deployment)
        busy = any(wave.start <= elapsed < wave.start + rollout.BATCH_SECONDS for wave in waves)
        watched = any(wave.start <= elapsed < wave.bake_until for wave in waves)
        return "Baking" if watched and not busy else "InProgress"
    held = _hold(state, account, region, deployment, motion)
    return "Ready" if held == READY_AT and _asks(deployment) else "InProgress"


def failure(state: State, account: str, region: str, deployment: Any, motion: Motion) -> tuple[str, str] | None:
    """(error code, message) where too many hosts or a hook have failed, else None."""
    failing = _told(state, account, region, "failing", deployment)
    if deployment.application.compute_platform == "Server":
        return _too_few(state, account, region, deployment, motion)
    elapsed = motion.elapsed(state.wall())
    for event in _events(deployment, _routing(state, account, region, deployment)):
        if (event.name in failing and elapsed >= event.start) or event.name == motion.refused:
            return "HOOK_EXECUTION_FAILURE", f"The hook {event.name} failed."
    return None


def machines(account: str, region: str, deployment: Any) -> dict[str, str]:
    """Zone by instance id of the deployment group's fleets."""
    return {
        machine.id: machine.zone
        for group in deployment.deployment_group.auto_scaling_groups
        for machine in backends.fleet(account, region, fleet_name(group))
    }


def fleet_name(group: Any) -> str:
    """Auto Scaling group name; moto keeps the plain name or the pair that AWS answers."""
    return str(group["name"]) if isinstance(group, dict) else str(group)


def _too_few(state: State, account: str, region: str, deployment: Any, motion: Motion) -> tuple[str, str] | None:
    """Whether more hosts have failed than the configuration allows, in the fleet or in one zone."""
    found = targets(state, account, region, deployment, motion)
    failed = {target["id"] for target in found if target["status"] == "Failed"}
    config = _config(state, account, region, deployment)
    zones, zonal = machines(account, region, deployment), config.get("zonalConfig") or {}
    parts = [(list(zones), config.get("minimumHealthyHosts") or {})]
    if zonal.get("minimumHealthyHostsPerZone"):
        parts = [([name for name, zone in zones.items() if zone == here], zonal["minimumHealthyHostsPerZone"])
                 for here in sorted(set(zones.values()))]  # fmt: skip
    for names, minimum in parts:
        left = sum(name not in failed for name in names)
        if failed & set(names) and left < max(1, rollout.fewest(len(names), minimum)):
            return "HEALTH_CONSTRAINTS", f"Too few healthy instances are left: {left} of {len(names)}."
    return None


def _hold(state: State, account: str, region: str, deployment: Any, motion: Motion) -> str:
    """The event at which the deployment stands still, "" for none: time that passes there does not count."""
    held = _told(state, account, region, "held", deployment) | ({READY_AT} if _asks(deployment) else set())
    elapsed = motion.elapsed(state.wall())
    for event in _events(deployment, _routing(state, account, region, deployment)):
        if event.name in held - motion.released and elapsed >= event.start:
            motion.waited += elapsed - event.start
            return event.name
    return ""


def _asks(deployment: Any) -> bool:
    """Whether the group wants somebody to say that the traffic may be shifted."""
    option = (deployment.deployment_group.blue_green_deployment_configuration or {}).get("deploymentReadyOption") or {}
    return bool(option.get("actionOnTimeout") == "STOP_DEPLOYMENT")


def _told(state: State, account: str, region: str, what: str, deployment: Any) -> set[str]:
    """Names of hosts or events that a test or the seed said something of."""
    return set(state.topic(f"codedeploy.{what}", account, region).get(deployment.application_name, ()))


def _events(deployment: Any, routing: dict[str, Any]) -> list[Event]:
    return rollout.traffic_events(deployment.application.compute_platform, routing)


def _config(state: State, account: str, region: str, deployment: Any) -> dict[str, Any]:
    return config_info(state, account, region, str(deployment.deployment_config_name)) or {}


def _routing(state: State, account: str, region: str, deployment: Any) -> dict[str, Any]:
    return dict(_config(state, account, region, deployment).get("trafficRoutingConfig") or {"type": "AllAtOnce"})


def _waves(state: State, account: str, region: str, deployment: Any) -> list[Wave]:
    return rollout.waves(machines(account, region, deployment), _config(state, account, region, deployment))


def _target(name: str, events: list[Event], elapsed: float, motion: Motion, fails_at: str = "") -> dict[str, Any]:
    statuses = [event.status(elapsed) for event in events]
    broken = next((number for number, event in enumerate(events) if event.name == fails_at), len(events))
    if broken < len(events) and statuses[broken] != "Pending":
        statuses = [*statuses[:broken], "Failed", *["Skipped"] * (len(events) - broken - 1)]
    if motion.halted is not None and statuses[-1] != "Succeeded":
        statuses = ["Failed" if one == "InProgress" else "Skipped" if one == "Pending" else one for one in statuses]
    whole = "Failed" if "Failed" in statuses else "Skipped" if statuses[0] == "Skipped" else statuses[-1]
    if whole == "Pending" and statuses[0] != "Pending":
        whole = "InProgress"
    return {"id": name, "status": whole, "events": list(zip(events, statuses, strict=True))}
