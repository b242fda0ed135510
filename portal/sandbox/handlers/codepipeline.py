"""CodePipeline: state by stage, and executions. What moves them by hand is in `codepipeline_moves`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from portal.sandbox.pipelines import (
    Entry,
    Execution,
    Line,
    Transition,
    advance,
    definition,
    is_approval,
    start,
    waiting,
)
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def find_line(state: State, name: str, context: Context) -> tuple[dict[str, Any], Line]:
    """Declaration and line of a pipeline, up to date; PipelineNotFoundException if there is none."""
    declared = definition(context.account, context.region, name)
    if declared is None:
        raise Refused(
            "PipelineNotFoundException", f"Account '{context.account}' does not have a pipeline with name '{name}'"
        )
    return declared, advance(state, context.account, context.region, name)


def find_execution(line: Line, identifier: str) -> Execution:
    """The execution of this id; PipelineExecutionNotFoundException if there is none."""
    for execution in line.executions:
        if execution.id == identifier:
            return execution
    raise Refused("PipelineExecutionNotFoundException", f"The pipeline execution {identifier} does not exist.")


def find_stage(declared: dict[str, Any], name: str) -> dict[str, Any]:
    """The stage of this name; StageNotFoundException if there is none."""
    for stage in declared["stages"]:
        if stage["name"] == name:
            return dict(stage)
    raise Refused("StageNotFoundException", f"The stage {name} does not exist.")


@handles("codepipeline", "GetPipelineState")
def get_pipeline_state(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Each stage with its transition, the execution that waits before it, and the last one that entered it."""
    declared, line = find_line(state, params["name"], context)
    first = line.executions[0].started if line.executions else state.wall()
    return {
        "pipelineName": params["name"],
        "pipelineVersion": declared.get("version", 1),
        "created": _moment(first),
        "updated": state.now(),
        "stageStates": [_stage_state(declared, line, number) for number in range(len(declared["stages"]))],
    }


def _stage_state(declared: dict[str, Any], line: Line, number: int) -> dict[str, Any]:
    stage = declared["stages"][number]
    name, transition = stage["name"], line.transitions.get(stage["name"], Transition())
    entered = [execution for execution in line.executions if name in execution.entries]
    queue = [execution for execution in line.executions if waiting(execution, declared["stages"]) == name]
    described: dict[str, Any] = {
        "stageName": name,
        "actionStates": [],
        "inboundExecutions": [_short(one, "InProgress") for one in queue],
    }
    if queue:
        described["inboundExecution"] = _short(queue[0], "InProgress")
    if number:
        described["inboundTransitionState"] = _transition(transition)
    last = max(entered, key=lambda execution: execution.entries[name].entered, default=None)
    for action in stage["actions"]:
        shown: dict[str, Any] = {"actionName": action["name"]}
        if last is not None:
            shown["latestExecution"] = _action(last, last.entries[name], approval=is_approval(stage))
        described["actionStates"].append(shown)
    if last is not None:
        described["latestExecution"] = _short(last, last.entries[name].status)
    return described


def _short(execution: Execution, status: str) -> dict[str, str]:
    return {"pipelineExecutionId": execution.id, "status": status, "type": execution.kind}


def _transition(transition: Transition) -> dict[str, Any]:
    shown: dict[str, Any] = {"enabled": transition.enabled}
    if transition.changed_at:
        shown |= {"lastChangedBy": transition.changed_by, "lastChangedAt": _moment(transition.changed_at)}
    return shown if transition.enabled else {**shown, "disabledReason": transition.reason}


def _action(execution: Execution, entry: Entry, *, approval: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "actionExecutionId": f"{execution.id}-{entry.entered:.0f}",
        "status": entry.status,
        "lastStatusChange": _moment(entry.left or entry.entered),
    }
    if entry.summary:
        shown["summary"] = entry.summary
    if approval and entry.status == "InProgress":
        shown["token"] = entry.token
    elif entry.status == "InProgress":
        shown["percentComplete"] = 50
    return shown


@handles("codepipeline", "StartPipelineExecution")
def start_pipeline_execution(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Begin an execution; it moves with time."""
    _, line = find_line(state, params["name"], context)
    return {"pipelineExecutionId": start(state, line).id}


@handles("codepipeline", "StopPipelineExecution")
def stop_pipeline_execution(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Stop after the current stage, or at once with `abandon`."""
    _, line = find_line(state, params["pipelineName"], context)
    execution = next((one for one in line.executions if one.id == params["pipelineExecutionId"]), None)
    if execution is None or not execution.active:
        raise Refused("PipelineExecutionNotStoppableException", "The pipeline execution cannot be stopped.")
    execution.status, execution.reason = ("Stopped" if params.get("abandon") else "Stopping"), params.get("reason", "")
    execution.updated = state.wall()
    return {"pipelineExecutionId": execution.id}


@handles("codepipeline", "ListPipelineExecutions")
def list_pipeline_executions(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Executions, newest first; the token is a position in that list."""
    _, line = find_line(state, params["pipelineName"], context)
    at, size = int(params.get("nextToken") or 0), int(params.get("maxResults") or 100)
    stage = ((params.get("filter") or {}).get("succeededInStage") or {}).get("stageName")
    newest = [one for one in line.executions[::-1] if not stage or _succeeded(one, stage)]
    page: dict[str, Any] = {"pipelineExecutionSummaries": [_summary(one) for one in newest[at : at + size]]}
    return page if at + size >= len(newest) else {**page, "nextToken": str(at + size)}


def _succeeded(execution: Execution, stage: str) -> bool:
    entry = execution.entries.get(stage)
    return entry is not None and entry.status == "Succeeded"


def _summary(execution: Execution) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "pipelineExecutionId": execution.id,
        "status": execution.status,
        "startTime": _moment(execution.started),
        "lastUpdateTime": _moment(execution.updated or execution.started),
        "sourceRevisions": [{"actionName": "Source", "revisionId": execution.revision}] if execution.revision else [],
        "executionMode": "QUEUED",
        "executionType": execution.kind,
        "trigger": {"triggerType": execution.trigger, "triggerDetail": execution.detail},
    }
    if execution.target:
        shown["rollbackMetadata"] = {"rollbackTargetPipelineExecutionId": execution.target}
    return {**shown, "stopTrigger": {"reason": execution.reason}} if execution.reason else shown


@handles("codepipeline", "GetPipelineExecution")
def get_pipeline_execution(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One execution."""
    declared, line = find_line(state, params["pipelineName"], context)
    execution = find_execution(line, params["pipelineExecutionId"])
    return {
        "pipelineExecution": {
            "pipelineName": params["pipelineName"],
            "pipelineVersion": declared.get("version", 1),
            "pipelineExecutionId": execution.id,
            "status": execution.status,
            "artifactRevisions": [],
            "executionMode": "QUEUED",
            "executionType": execution.kind,
            "trigger": {"triggerType": execution.trigger, "triggerDetail": execution.detail},
        }
    }
