"""What the portal may do to a pipeline, with the rollout role: close and open the way into a stage, answer an approval."""

from __future__ import annotations

import re
from typing import Any

from portal.aws import session
from portal.aws.codepipeline_state import StageState, Transition, stages
from portal.aws.errors import AwsError, AwsNotFound, aws_errors

LONGEST_REASON = 300
LONGEST_SUMMARY = 512
REFUSED = re.compile(r"[^a-zA-Z0-9!@ ().*?-]+")
"""Characters that CodePipeline does not take in the reason of a closed transition (botocore's DisabledReason)."""


class ApprovalGone(AwsError):
    """The approval was answered meanwhile, or another run waits there now."""

    remedy = "Look at the pipeline again: somebody else was first."


def reason_text(text: str) -> str:
    """The text as CodePipeline takes it as a reason: other characters become spaces, at most 300 are kept."""
    return re.sub(r" {2,}", " ", REFUSED.sub(" ", text)).strip()[:LONGEST_REASON].strip() or "Closed"


def transition(account: str, region: str, pipeline: str, stage: str) -> Transition:
    """The way into a stage as it is now. Raises AwsNotFound where there is no such pipeline or stage, and other AwsErrors."""
    return _stage(account, region, pipeline, stage).transition


def close(account: str, region: str, pipeline: str, stage: str, reason: str) -> None:
    """Let no execution enter the stage. Raises AwsError."""
    with aws_errors("codepipeline:DisableStageTransition", account, region):
        _client(account, region).disable_stage_transition(
            pipelineName=pipeline, stageName=stage, transitionType="Inbound", reason=reason_text(reason)
        )


def reopen(account: str, region: str, pipeline: str, stage: str) -> None:
    """Let executions enter the stage again; the one that waits goes on at once. Raises AwsError."""
    with aws_errors("codepipeline:EnableStageTransition", account, region):
        _client(account, region).enable_stage_transition(
            pipelineName=pipeline, stageName=stage, transitionType="Inbound"
        )


def answer(
    account: str, region: str, pipeline: str, stage: str, action: str, *, execution: str, approve: bool, summary: str
) -> None:
    """Approve or reject what waits in the stage, but only the run that was decided about. Raises ApprovalGone, AwsError."""
    found = _stage(account, region, pipeline, stage)
    waits = next((one for one in found.approvals if one.action == action and one.execution == execution), None)
    name = "codepipeline:PutApprovalResult"
    if waits is None:
        raise ApprovalGone(name, account, region, "NotWaiting", f"{action} of {pipeline} does not wait for this run")
    status = "Approved" if approve else "Rejected"
    with aws_errors(name, account, region):
        _client(account, region).put_approval_result(
            pipelineName=pipeline, stageName=stage, actionName=action, token=waits.token,
            result={"summary": summary[:LONGEST_SUMMARY], "status": status},
        )  # fmt: skip


def _stage(account: str, region: str, pipeline: str, stage: str) -> StageState:
    action = "codepipeline:GetPipelineState"
    with aws_errors(action, account, region):
        found = next((one for one in stages(_client(account, region), pipeline) if one.name == stage), None)
    if found is None:
        raise AwsNotFound(action, account, region, "StageNotFound", f"the pipeline {pipeline} has no stage {stage}")
    return found


def _client(account: str, region: str) -> Any:
    return session.client(account, region, "codepipeline", role="rollout", purpose="gates")
