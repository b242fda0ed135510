"""Service deployments of ECS: listed, described, stopped, and let go where they wait for somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from portal.sandbox import ecs_deployments, ecs_stages
from portal.sandbox.backends import backend
from portal.sandbox.ecs_deployments import FORWARD, Move, halt, moves
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

from .ecs import find, remembered

NATIVE = "ECS"
"""The deployment controller of services that ECS itself rolls out; only those have service deployments."""


def _first(state: State, context: Context, service: Any) -> Move:
    """The deployment that put the service there; its revision number is part of the name."""
    made = service.deployments[0]["createdAt"].replace(tzinfo=UTC).timestamp()
    known = state.topic("ecs.moves", context.account, context.region).get(service.arn) or []
    task = known[0].source if known else service.task_definition
    arn = service.arn.replace(":service/", ":service-deployment/") + f"/{task.rpartition(':')[2]}"
    configuration = remembered(state, context).get(service.arn, {}).get("deploymentConfiguration") or {}
    return Move(
        arn, service.arn, service.cluster_arn, task, task, service.desired_count, configuration, made,
        status="SUCCESSFUL", finished=made,
    )  # fmt: skip


def _all(state: State, context: Context, service: Any) -> list[Move]:
    """Newest first."""
    if (service.deployment_controller or {}).get("type", NATIVE) != NATIVE or service.status != "ACTIVE":
        return []
    own = moves(state, context.account, context.region, service.arn)
    return [*reversed(own), _first(state, context, service)]


def _known(state: State, context: Context) -> dict[str, Move]:
    services = list(backend("ecs", context.account, context.region).services.values())
    return {move.arn: move for service in services for move in _all(state, context, service)}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _revision(move: Move, task: str) -> str:
    return move.service.replace(":service/", ":service-revision/") + f"/{task.rpartition(':')[2]}"


def _summary(move: Move) -> dict[str, Any]:
    said = {
        "serviceDeploymentArn": move.arn,
        "serviceArn": move.service,
        "clusterArn": move.cluster,
        "createdAt": _moment(move.started),
        "startedAt": _moment(move.started),
        "targetServiceRevisionArn": _revision(move, move.target),
        "status": move.status,
    }
    return said | ({"finishedAt": _moment(move.finished)} if move.finished else {}) | _why(move)


def _why(move: Move) -> dict[str, Any]:
    return {"statusReason": move.reason} if move.reason else {}


@handles("ecs", "ListServiceDeployments")
def list_service_deployments(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The deployments of a service, newest first, filtered by status when asked."""
    found = _all(state, context, find(context, params.get("cluster"), str(params["service"])))
    wanted = params.get("status")
    return {"serviceDeployments": [_summary(move) for move in found if not wanted or move.status in wanted]}


@handles("ecs", "DescribeServiceDeployments")
def describe_service_deployments(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Deployments in full; an unknown ARN is a failure, as in AWS."""
    known, arns = _known(state, context), list(params["serviceDeploymentArns"])
    found = [_full(known[arn], state.wall()) for arn in arns if arn in known]
    return {
        "serviceDeployments": found,
        "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known],
    }


def _full(move: Move, now: float) -> dict[str, Any]:
    summary = {key: value for key, value in _summary(move).items() if key != "targetServiceRevisionArn"}
    share, breaker = move.share(now), move.configuration.get("deploymentCircuitBreaker") or {}
    alarms, over = move.configuration.get("alarms") or {}, move.status not in FORWARD
    watched = "MONITORING_COMPLETE" if over else "MONITORING"
    full = {
        **summary,
        "deploymentConfiguration": move.configuration,
        "targetServiceRevision": _side(move, move.target, share, move.desired),
        "sourceServiceRevisions": [_side(move, move.source, 1 - share, move.desired)],
        "lifecycleStage": "CLEAN_UP" if move.status == "SUCCESSFUL" else move.position(now).stage,
        "deploymentCircuitBreaker": {
            "status": watched if breaker.get("enable") else "DISABLED",
            "failureCount": move.failures,
            "threshold": ecs_stages.threshold(breaker, move.desired),
        },
        "alarms": {
            "status": ("TRIGGERED" if move.triggered else watched) if alarms.get("enable") else "DISABLED",
            "alarmNames": list(alarms.get("alarmNames") or []),
            "triggeredAlarmNames": list(move.triggered),
        },
    }
    if move.status.startswith("ROLLBACK"):
        back = {"reason": move.reason, "startedAt": _moment(move.halted)}
        full["rollback"] = back | {"serviceRevisionArn": _revision(move, move.source)}
    return full | _waiting(move, now)


def _side(move: Move, task: str, share: float, desired: int) -> dict[str, Any]:
    running = round(desired * share) if move.configuration.get("strategy", "ROLLING") == "ROLLING" else desired
    said = {
        "arn": _revision(move, task),
        "requestedTaskCount": desired,
        "runningTaskCount": running,
        "pendingTaskCount": 0,
    }
    if move.configuration.get("strategy", "ROLLING") == "ROLLING":
        return said
    return said | {"requestedProductionTrafficWeight": share * 100, "requestedTestTrafficWeight": share * 100}


def _waiting(move: Move, now: float) -> dict[str, Any]:
    found = move.position(now)
    if found.hook < 0 or move.status not in FORWARD:
        return {}
    hook = move.configuration["lifecycleHooks"][found.hook]
    action = (hook.get("timeoutConfiguration") or {}).get("action", "ROLLBACK")
    detail = {"hookId": f"hook-{found.hook}", "targetType": "PAUSE", "status": "AWAITING_ACTION"}
    return {
        "lifecycleHookDetails": [
            {**detail, "expiresAt": _moment(ecs_deployments.expiry(move, found)), "timeoutAction": action}
        ]
    }


def _one(state: State, params: dict[str, Any], context: Context) -> Move:
    move = _known(state, context).get(params["serviceDeploymentArn"])
    if move is None:
        raise Refused("ServiceDeploymentNotFoundException", "Service deployment not found.")
    return move


@handles("ecs", "StopServiceDeployment")
def stop_service_deployment(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Abort a running deployment, or roll it back."""
    move = _one(state, params, context)
    if move.status not in FORWARD:
        raise Refused("ConflictException", f"The service deployment is {move.status} and cannot be stopped.")
    back = params.get("stopType", "ROLLBACK") == "ROLLBACK"
    halt(state, context.account, context.region, move, "Service deployment stopped by a user.", rollback=back)
    return {"serviceDeploymentArn": move.arn}


@handles("ecs", "ContinueServiceDeployment")
def continue_service_deployment(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer the PAUSE hook that a deployment waits for: go on, or roll back."""
    move = _one(state, params, context)
    found = move.position(state.wall())
    if move.status not in FORWARD or params["hookId"] != f"hook-{found.hook}":
        raise Refused("InvalidParameterException", f"The deployment does not wait for the hook {params['hookId']}.")
    if params.get("action", "CONTINUE") == "CONTINUE":
        ecs_deployments.release(state, move, found.hook)
    else:
        halt(state, context.account, context.region, move, "A lifecycle hook asked for a rollback.", rollback=True)
    return {"serviceDeploymentArn": move.arn}
