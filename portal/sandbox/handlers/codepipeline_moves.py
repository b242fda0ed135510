"""CodePipeline: what moves an execution by hand. Retry a stage, roll one back, answer an approval, close a transition."""

from __future__ import annotations

import re
import uuid
from typing import Any

from portal.sandbox.handlers.codepipeline import find_execution, find_line, find_stage
from portal.sandbox.pipelines import ROLLBACK, Entry, Execution, Transition, advance, is_approval
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

REASON = re.compile(r"[a-zA-Z0-9!@ ().*?-]{1,300}")
LONGEST_SUMMARY = 512


@handles("codepipeline", "DisableStageTransition", "EnableStageTransition")
def change_stage_transition(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Close or open the way into a stage or out of it; executions that wait go on when it opens."""
    declared, line = find_line(state, params["pipelineName"], context)
    stage = find_stage(declared, params["stageName"])
    ways = {"Inbound": line.transitions, "Outbound": line.exits}.get(params["transitionType"])
    if ways is None:
        raise Refused("ValidationException", "The transition type is Inbound or Outbound.")
    enabled, reason = context.operation == "EnableStageTransition", params.get("reason", "")
    if not enabled and not REASON.fullmatch(reason):
        raise Refused(
            "ValidationException",
            f"Value '{reason[:60]}' at 'reason' failed to satisfy constraint: Member must satisfy regular expression "
            f"pattern: [a-zA-Z0-9!@ \\(\\)\\.\\*\\?\\-]+ and have a length of 1 to 300",
        )
    by = context.arn("user/portal", "iam").replace(f":{context.region}:", "::")
    ways[stage["name"]] = Transition(enabled, reason, by, state.wall())
    advance(state, context.account, context.region, params["pipelineName"])
    return {}


@handles("codepipeline", "PutApprovalResult")
def put_approval_result(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Approve or reject the execution whose token is given."""
    declared, line = find_line(state, params["pipelineName"], context)
    stage, result = find_stage(declared, params["stageName"]), params["result"]
    if params["actionName"] not in [action["name"] for action in stage["actions"]]:
        raise Refused("ActionNotFoundException", f"The action {params['actionName']} does not exist.")
    if len(result["summary"]) > LONGEST_SUMMARY or result["status"] not in ("Approved", "Rejected"):
        raise Refused("ValidationException", "The result is Approved or Rejected, its summary at most 512 characters.")
    entries = [one.entries[stage["name"]] for one in line.executions if stage["name"] in one.entries]
    entry = next((one for one in entries if one.token and one.token == params["token"]), None)
    if entry is None or not is_approval(stage):
        raise Refused("InvalidApprovalTokenException", "The approval token is not valid.")
    if entry.status != "InProgress":
        raise Refused("ApprovalAlreadyCompletedException", "The approval has already been completed.")
    entry.status = "Succeeded" if result["status"] == "Approved" else "Failed"
    entry.left, entry.summary = state.wall(), result["summary"]
    advance(state, context.account, context.region, params["pipelineName"])
    return {"approvedAt": state.now()}


@handles("codepipeline", "RollbackStage")
def rollback_stage(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Run one stage again with what an earlier execution brought to it; that is an execution of its own."""
    declared, line = find_line(state, params["pipelineName"], context)
    stage = find_stage(declared, params["stageName"])["name"]
    target = find_execution(line, params["targetPipelineExecutionId"])
    if any(
        one.active and stage in one.entries and one.entries[stage].status == "InProgress" for one in line.executions
    ):
        raise Refused("ConflictException", f"An execution is in progress in the stage {stage}.")
    entry = target.entries.get(stage)
    if entry is None or entry.status != "Succeeded" or stage == declared["stages"][0]["name"]:
        raise Refused(
            "UnableToRollbackStageException", f"The execution {target.id} did not succeed in the stage {stage}."
        )
    number = [one["name"] for one in declared["stages"]].index(stage)
    made = Execution(
        str(uuid.uuid4()), state.wall(), "ManualRollback", kind=ROLLBACK, target=target.id, revision=target.revision,
        updated=state.wall(), stage=number,
    )  # fmt: skip
    line.executions.append(made)
    advance(state, context.account, context.region, params["pipelineName"])
    return {"pipelineExecutionId": made.id}


@handles("codepipeline", "RetryStageExecution")
def retry_stage_execution(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Run the failed stage of the newest execution again."""
    declared, line = find_line(state, params["pipelineName"], context)
    stage, execution = find_stage(declared, params["stageName"]), find_execution(line, params["pipelineExecutionId"])
    entered = [one for one in line.executions if stage["name"] in one.entries]
    newest = max(entered, key=lambda one: one.entries[stage["name"]].entered, default=None)
    if newest is not execution:
        raise Refused("NotLatestPipelineExecutionException", "The execution is not the latest one of the stage.")
    if execution.entries[stage["name"]].status != "Failed":
        raise Refused("StageNotRetryableException", f"The stage {stage['name']} has not failed.")
    token = str(uuid.uuid4()) if is_approval(stage) else ""
    execution.entries[stage["name"]] = Entry(entered=state.wall(), token=token)
    execution.status, execution.updated = "InProgress", state.wall()
    return {"pipelineExecutionId": execution.id}
