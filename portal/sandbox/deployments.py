"""CodeDeploy deployments in motion: status, targets, traffic weights, alarms, stops and rollbacks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import yaml
from moto.moto_api._internal import mock_random

from . import backends, codedeploy_targets
from .codedeploy_targets import Motion
from .state import State

RUNNING = ("Created", "Queued", "InProgress", "Ready", "Baking")
CREATED, QUEUED = 1.0, 1.0
"""Seconds that a deployment is Created and then Queued before it begins."""


def motions(state: State, account: str, region: str) -> dict[str, Motion]:
    """Motions by deployment id."""
    return state.topic("codedeploy.motions", account, region)


def begin(state: State, account: str, region: str, deployment: Any) -> None:
    """Start the motion of a deployment that moto has just recorded, under an id as AWS writes them."""
    store = backends.backend("codedeploy", account, region).deployments
    store.pop(deployment.deployment_id, None)
    deployment.deployment_id = "d-" + mock_random.get_random_string(length=9).upper()
    store[deployment.deployment_id] = deployment
    deployment.create_time = _moment(state.wall())
    motion = Motion(started=state.wall() + CREATED + QUEUED)
    if deployment.application.compute_platform == "Lambda":
        motion.shift = _lambda_shift(account, region, deployment)
    motions(state, account, region)[deployment.deployment_id] = motion


def _lambda_shift(account: str, region: str, deployment: Any) -> dict[str, str]:
    """Function, alias and versions from the AppSpec; what it leaves open is taken from the alias as it stands."""
    revision = deployment.revision or {}
    content = (revision.get("appSpecContent") or revision.get("string") or {}).get("content") or ""
    try:
        resources = (
            (yaml.safe_load(content) or {}).get("Resources") or (yaml.safe_load(content) or {}).get("resources") or []
        )
        stated = next(iter(resources[0].values())).get("Properties", {}) if resources else {}
    except (yaml.YAMLError, AttributeError, TypeError, StopIteration):
        stated = {}
    function, alias = str(stated.get("Name") or deployment.application_name), str(stated.get("Alias") or "live")
    route = backends.alias_route(account, region, function, alias)
    current = str(stated.get("CurrentVersion") or (next(iter(route.shares)) if route else ""))
    return {
        "function": function,
        "alias": alias,
        "current": current,
        "target": str(stated.get("TargetVersion") or current),
    }


def advance(state: State, account: str, region: str) -> None:
    """Bring every running deployment of one account and region up to the present moment."""
    store = backends.backend("codedeploy", account, region).deployments
    for identifier, motion in list(motions(state, account, region).items()):
        deployment = store.get(identifier)
        if deployment is not None and deployment.status in RUNNING:
            _advance(state, account, region, deployment, motion)


def advance_all(state: State) -> None:
    """Advance the deployments of all accounts and regions."""
    for topic, account, region in list(state.remembered):
        if topic == "codedeploy.motions":
            advance(state, account, region)


def _advance(state: State, account: str, region: str, deployment: Any, motion: Motion) -> None:
    elapsed = motion.elapsed(state.wall())
    if elapsed < 0:
        deployment.status = "Created" if elapsed < -QUEUED else "Queued"
        return
    deployment.start_time = _moment(motion.started)
    # First of all: time that it stood still at a hook that is held does not count for anything below.
    deployment.status = codedeploy_targets.phase(state, account, region, deployment, motion)
    stopped = _stopped(state, account, region, deployment, motion)
    if stopped is not None:
        code, message, wanted = stopped
        halt(state, account, region, deployment, code, message, wanted=wanted)
        return
    found = targets(state, account, region, deployment)
    _shift(state, account, region, deployment, motion)
    if deployment.status == "InProgress" and all(one["status"] in ("Succeeded", "Failed") for one in found):
        deployment.status, deployment.complete_time = "Succeeded", _moment(state.wall())
    deployment.deployment_overview = overview(found)


def _stopped(state: State, account: str, region: str, deployment: Any, motion: Motion) -> tuple[str, str, str] | None:
    """(error code, message, rollback event) of what ends a deployment before its time."""
    alarm = _alarm(account, region, deployment.deployment_group)
    if alarm:
        return "ALARM_ACTIVE", f"The alarm {alarm} is active.", "DEPLOYMENT_STOP_ON_ALARM"
    failure = codedeploy_targets.failure(state, account, region, deployment, motion)
    return (*failure, "DEPLOYMENT_FAILURE") if failure else None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def overview(found: list[dict[str, Any]]) -> dict[str, int]:
    """Number of targets by status, as deploymentOverview has it."""
    counts = dict.fromkeys(("Pending", "InProgress", "Succeeded", "Failed", "Skipped", "Ready"), 0)
    for target in found:
        counts[target["status"]] = counts.get(target["status"], 0) + 1
    return counts


def _alarm(account: str, region: str, group: Any) -> str:
    """Name of an alarm of the group that is in state ALARM, "" when all is quiet or the group watches none."""
    watched = group.alarm_configuration or {}
    if not watched.get("enabled"):
        return ""
    known = backends.backend("cloudwatch", account, region).alarms
    firing = (
        alarm["name"]
        for alarm in watched.get("alarms", [])
        if alarm["name"] in known and known[alarm["name"]].state_value == "ALARM"
    )
    return str(next(firing, ""))


def _shift(state: State, account: str, region: str, deployment: Any, motion: Motion) -> None:
    if (
        not motion.shift
        or backends.alias_route(account, region, motion.shift["function"], motion.shift["alias"]) is None
    ):
        return
    part = codedeploy_targets.share(state, account, region, deployment, motion)
    current, target = motion.shift["current"], motion.shift["target"]
    version, extra = (target, {}) if part >= 1 else (current, {target: part} if part > 0 and target != current else {})
    backends.set_alias_route(account, region, motion.shift["function"], motion.shift["alias"], version, extra)


def targets(state: State, account: str, region: str, deployment: Any) -> list[dict[str, Any]]:
    """Targets of a deployment as {"id", "status", "events", "share"}, in deployment order."""
    motion = motions(state, account, region)[deployment.deployment_id]
    return codedeploy_targets.targets(state, account, region, deployment, motion)


def halt(
    state: State,
    account: str,
    region: str,
    deployment: Any,
    code: str,
    message: str,
    *,
    wanted: str,
    rollback: bool | None = None,
) -> None:
    """Stop a running deployment; with rollback (as asked, or by the group's rule for the event `wanted`) the old version comes back."""
    motion = motions(state, account, region)[deployment.deployment_id]
    motion.halted, motion.error = state.wall(), {"code": code, "message": message}
    deployment.status = "Stopped" if code == "MANUAL_STOP" else "Failed"
    deployment.complete_time = _moment(state.wall())
    deployment.deployment_overview = overview(targets(state, account, region, deployment))
    rule = deployment.auto_rollback_configuration or deployment.deployment_group.auto_rollback_configuration or {}
    if rollback if rollback is not None else bool(rule.get("enabled")) and wanted in rule.get("events", []):
        _roll_back(state, account, region, deployment, motion)


def _roll_back(state: State, account: str, region: str, deployment: Any, motion: Motion) -> None:
    backend = backends.backend("codedeploy", account, region)
    group = deployment.deployment_group
    good = [one for one in backend.deployments.values() if one.deployment_group is group and one.status == "Succeeded"]
    identifier = backend.create_deployment(
        deployment.application_name,
        deployment.deployment_group_name,
        good[-1].revision if good else deployment.revision,
        _all_at_once(deployment.application.compute_platform),
        f"Rollback of {deployment.deployment_id}",
    )
    undo = backend.deployments[identifier]
    undo.creator = "codeDeployRollback"
    begin(state, account, region, undo)
    back = motions(state, account, region)[undo.deployment_id]
    if motion.shift:
        back.shift = {**motion.shift, "target": motion.shift["current"]}
        backends.set_alias_route(
            account, region, motion.shift["function"], motion.shift["alias"], motion.shift["current"], {}
        )
    motion.rollback = {"rollbackDeploymentId": undo.deployment_id, "rollbackMessage": motion.error["message"]}
    back.rollback = {"rollbackTriggeringDeploymentId": deployment.deployment_id}


def _all_at_once(platform: str) -> str:
    return "CodeDeployDefault.AllAtOnce" if platform == "Server" else f"CodeDeployDefault.{platform}AllAtOnce"
