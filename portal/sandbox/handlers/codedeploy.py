"""CodeDeploy: deployments that move with time, their targets and configurations."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from portal.sandbox import rollout
from portal.sandbox.backends import backend
from portal.sandbox.codedeploy_targets import READY_AT, Motion, config_info, fleet_name
from portal.sandbox.deployments import RUNNING, advance, begin, halt, motions, targets
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

DONE_STATUSES = {"Succeeded", "Failed", "Stopped"}


def _deployment(state: State, params: dict[str, Any], context: Context) -> Any:
    """moto's record of a deployment, brought up to date; DeploymentDoesNotExistException if there is none."""
    advance(state, context.account, context.region)
    return backend("codedeploy", context.account, context.region).get_deployment(params["deploymentId"])


def _completed(state: State, context: Context, info: dict[str, Any]) -> dict[str, Any]:
    """deploymentInfo with error and rollback, and without the empty structures that moto writes."""
    motion: Motion | None = motions(state, context.account, context.region).get(info["deploymentId"])
    if motion is None:
        return info
    info = {key: value for key, value in info.items() if value != {}}
    info |= {"errorInformation": motion.error} if motion.error else {}
    info |= {"rollbackInfo": motion.rollback} if motion.rollback else {}
    return info


@handles("codedeploy", "CreateDeployment")
def create_deployment(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Record the deployment with moto and start it; one at a time for each deployment group."""
    advance(state, context.account, context.region)
    deployments = backend("codedeploy", context.account, context.region)
    busy = (params["applicationName"], params.get("deploymentGroupName"))
    for one in deployments.deployments.values():
        if (one.application_name, one.deployment_group_name) == busy and one.status in RUNNING:
            raise Refused(
                "DeploymentLimitExceededException", f"The deployment group is busy with deployment {one.deployment_id}."
            )
    if params.get("deploymentConfigName") and not config_info(
        state, context.account, context.region, params["deploymentConfigName"]
    ):
        raise Refused(
            "DeploymentConfigDoesNotExistException",
            f"No deployment configuration found for name: {params['deploymentConfigName']}",
        )
    deployment = deployments.deployments[context.forward()["deploymentId"]]
    begin(state, context.account, context.region, deployment)
    advance(state, context.account, context.region)
    return {"deploymentId": deployment.deployment_id}


@handles("codedeploy", "GetDeployment")
def get_deployment(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's answer at the present moment, completed."""
    advance(state, context.account, context.region)
    return {"deploymentInfo": _completed(state, context, context.forward()["deploymentInfo"])}


@handles("codedeploy", "BatchGetDeployments")
def batch_get_deployments(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """As GetDeployment, for several."""
    advance(state, context.account, context.region)
    return {"deploymentsInfo": [_completed(state, context, info) for info in context.forward()["deploymentsInfo"]]}


@handles("codedeploy", "ListDeployments")
def list_deployments(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's list, with statuses as of now."""
    advance(state, context.account, context.region)
    return context.forward()


@handles("codedeploy", "GetDeploymentGroup")
def get_deployment_group(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's answer with the alarms of the group and its last deployments, which moto leaves empty."""
    advance(state, context.account, context.region)
    info = context.forward()["deploymentGroupInfo"]
    deployments = backend("codedeploy", context.account, context.region)
    group = deployments.get_deployment_group(params["applicationName"], params["deploymentGroupName"])
    info["alarmConfiguration"] = group.alarm_configuration or {}
    info["autoScalingGroups"] = [{"name": fleet_name(one)} for one in group.auto_scaling_groups]
    own = [one for one in deployments.deployments.values() if one.deployment_group is group]
    for key, wanted in (
        ("lastSuccessfulDeployment", {"Succeeded"}),
        ("lastAttemptedDeployment", DONE_STATUSES | set(RUNNING)),
    ):
        last = next((one for one in reversed(own) if one.status in wanted), None)
        info.pop(key, None)
        if last is not None:
            info[key] = {"deploymentId": last.deployment_id, "status": last.status, "createTime": last.create_time}
    return {"deploymentGroupInfo": {key: value for key, value in info.items() if value != {}}}


@handles("codedeploy", "StopDeployment")
def stop_deployment(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Stop a running deployment; autoRollbackEnabled decides about the rollback, else the group's rule does."""
    deployment = _deployment(state, params, context)
    if deployment.status not in RUNNING:
        raise Refused(
            "DeploymentAlreadyCompletedException", f"The deployment {deployment.deployment_id} has already completed."
        )
    halt(
        state,
        context.account,
        context.region,
        deployment,
        "MANUAL_STOP",
        "The deployment was stopped by a user.",
        wanted="DEPLOYMENT_STOP_ON_REQUEST",
        rollback=params.get("autoRollbackEnabled"),
    )
    return {"status": "Succeeded", "statusMessage": "The deployment was stopped."}


@handles("codedeploy", "ContinueDeployment")
def continue_deployment(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Let a blue/green deployment that is Ready shift its traffic; the old instances are never waited for here."""
    deployment = _deployment(state, params, context)
    if params.get("deploymentWaitType", "READY_WAIT") == "READY_WAIT":
        if deployment.status != "Ready":
            raise Refused(
                "DeploymentIsNotInReadyStateException", f"The deployment {deployment.deployment_id} does not wait."
            )
        motions(state, context.account, context.region)[deployment.deployment_id].released.add(READY_AT)
    return {}


@handles("codedeploy", "PutLifecycleEventHookExecutionStatus")
def put_hook_status(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """What a hook's function answers; its execution id is the deployment's, a colon, and the event's name."""
    deployment, event = _deployment(state, params, context), params["lifecycleEventHookExecutionId"].partition(":")[2]
    if params["status"] not in ("Succeeded", "Failed"):
        raise Refused("InvalidLifecycleEventHookExecutionStatusException", "A hook ends as Succeeded or as Failed.")
    if deployment.status not in RUNNING or not event:
        raise Refused(
            "InvalidLifecycleEventHookExecutionIdException", "No hook of this deployment waits under this id."
        )
    motion = motions(state, context.account, context.region)[deployment.deployment_id]
    motion.released.add(event)
    motion.refused = event if params["status"] == "Failed" else motion.refused
    return {"lifecycleEventHookExecutionId": params["lifecycleEventHookExecutionId"]}


@handles("codedeploy", "ListDeploymentTargets")
def list_deployment_targets(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Target ids, filtered by TargetStatus when asked."""
    deployment = _deployment(state, params, context)
    wanted = (params.get("targetFilters") or {}).get("TargetStatus")
    found = targets(state, context.account, context.region, deployment)
    return {"targetIds": [target["id"] for target in found if not wanted or target["status"] in wanted]}


@handles("codedeploy", "BatchGetDeploymentTargets")
def batch_get_deployment_targets(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Targets with lifecycle events, and traffic weights for Lambda and ECS."""
    deployment = _deployment(state, params, context)
    known = {target["id"]: target for target in targets(state, context.account, context.region, deployment)}
    for name in params["targetIds"]:
        if name not in known:
            raise Refused(
                "DeploymentTargetDoesNotExistException", f"The target {name} is not part of {deployment.deployment_id}."
            )
    motion = motions(state, context.account, context.region)[deployment.deployment_id]
    return {
        "deploymentTargets": [
            _described(state, context, deployment, motion, known[name]) for name in params["targetIds"]
        ]
    }


def _described(
    state: State, context: Context, deployment: Any, motion: Motion, target: dict[str, Any]
) -> dict[str, Any]:
    base = {
        "deploymentId": deployment.deployment_id,
        "targetId": target["id"],
        "status": target["status"],
        "lastUpdatedAt": state.now(),
    }
    base["lifecycleEvents"] = [_event(motion, event, status) for event, status in target["events"]]
    platform = deployment.application.compute_platform
    if platform == "Server":
        arn = context.arn(f"instance/{target['id']}", "ec2")
        return {"deploymentTargetType": "InstanceTarget", "instanceTarget": {**base, "targetArn": arn}}
    if platform == "Lambda":
        shift = motion.shift
        info = {
            "functionName": shift["function"],
            "functionAlias": shift["alias"],
            "currentVersion": shift["current"],
            "targetVersion": shift["target"],
            "targetVersionWeight": target["share"],
        }
        arn = context.arn(f"function:{target['id']}", "lambda")
        return {
            "deploymentTargetType": "LambdaTarget",
            "lambdaTarget": {**base, "targetArn": arn, "lambdaFunctionInfo": info},
        }
    arn = context.arn(f"service/{target['id'].replace(':', '/')}", "ecs")
    sets = [_task_set("Blue", "PRIMARY", 1 - target["share"]), _task_set("Green", "ACTIVE", target["share"])]
    return {"deploymentTargetType": "ECSTarget", "ecsTarget": {**base, "targetArn": arn, "taskSetsInfo": sets}}


def _task_set(label: str, status: str, part: float) -> dict[str, Any]:
    return {
        "identifer": f"ecs-svc/{label.lower()}",
        "status": status,
        "trafficWeight": round(part * 100, 1),
        "taskSetLabel": label,
        "desiredCount": 3,
        "runningCount": 3,
        "pendingCount": 0,
    }


def _event(motion: Motion, event: rollout.Event, status: str) -> dict[str, Any]:
    described: dict[str, Any] = {"lifecycleEventName": event.name, "status": status}
    if status in ("InProgress", "Succeeded", "Failed"):
        described["startTime"] = datetime.fromtimestamp(motion.started + event.start, UTC)
    if status == "Succeeded":
        described["endTime"] = datetime.fromtimestamp(motion.started + event.end, UTC)
    if status == "Failed":
        described["diagnostics"] = {"errorCode": "UnknownError", "message": motion.error.get("message", "")}
    return described


@handles("codedeploy", "CreateDeploymentConfig")
def create_deployment_config(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Keep an own deployment configuration."""
    name = params["deploymentConfigName"]
    if config_info(state, context.account, context.region, name):
        raise Refused("DeploymentConfigAlreadyExistsException", f"A deployment configuration named {name} exists.")
    info = {**params, "deploymentConfigId": str(uuid.uuid4()), "createTime": state.now()}
    info.setdefault("computePlatform", "Server")
    if info.get("zonalConfig") and info["computePlatform"] != "Server":
        message = "A zonal configuration is for deployments to instances."
        raise Refused("InvalidZonalDeploymentConfigurationException", message)
    minimum = info.get("minimumHealthyHosts") or {}
    if minimum.get("type") == "FLEET_PERCENT" and not 0 <= int(minimum.get("value", 0)) <= 100:
        raise Refused("InvalidMinimumHealthyHostValueException", "A percentage lies between 0 and 100.")
    state.topic("codedeploy.configs", context.account, context.region)[name] = info
    return {"deploymentConfigId": info["deploymentConfigId"]}


@handles("codedeploy", "DeleteDeploymentConfig")
def delete_deployment_config(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Forget an own deployment configuration; one that a group uses, or that AWS ships, is refused."""
    name = params["deploymentConfigName"]
    if name in rollout.PREDEFINED:
        raise Refused("InvalidOperationException", f"{name} comes with CodeDeploy.")
    groups = backend("codedeploy", context.account, context.region).deployment_groups.values()
    if any(one.deployment_config_name == name for of_it in groups for one in of_it.values()):
        raise Refused("DeploymentConfigInUseException", f"A deployment group uses {name}.")
    state.topic("codedeploy.configs", context.account, context.region).pop(name, None)
    return {}


@handles("codedeploy", "GetDeploymentConfig")
def get_deployment_config(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """A predefined or own deployment configuration."""
    info = config_info(state, context.account, context.region, params["deploymentConfigName"])
    if info is None:
        raise Refused(
            "DeploymentConfigDoesNotExistException",
            f"No deployment configuration found for name: {params['deploymentConfigName']}",
        )
    return {"deploymentConfigInfo": info}


@handles("codedeploy", "ListDeploymentConfigs")
def list_deployment_configs(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Names of all deployment configurations, the predefined ones first."""
    own = state.topic("codedeploy.configs", context.account, context.region)
    return {"deploymentConfigsList": [*rollout.PREDEFINED, *sorted(own)]}
