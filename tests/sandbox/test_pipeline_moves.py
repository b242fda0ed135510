"""CodePipeline by hand: roll a stage back, retry it, refuse what AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.sandbox.seed import seed_service
from portal.sandbox.server import Sandbox
from tests.sandbox.conftest import Clients, Wall

NAME = {"pipelineName": "products"}


@pytest.fixture
def line(sandbox: Sandbox, wall: Wall, client: Clients) -> Any:
    """The pipeline of products, whose newest execution waits for approval."""
    seed_service(sandbox.url, "products")
    wall.move(300)
    return client("codepipeline")


def runs(line: Any, **more: Any) -> list[dict[str, Any]]:
    """Executions, newest first."""
    return list(line.list_pipeline_executions(**NAME, **more)["pipelineExecutionSummaries"])


def approval(line: Any) -> dict[str, Any]:
    """The approval stage as it is."""
    stages = line.get_pipeline_state(name="products")["stageStates"]
    return dict(next(stage for stage in stages if stage["stageName"] == "Approval"))


def test_a_stage_is_rolled_back_to_an_execution_that_succeeded_in_it(line: Any, wall: Wall) -> None:
    good = next(run for run in runs(line) if run["status"] == "Succeeded")["pipelineExecutionId"]
    made = line.rollback_stage(**NAME, stageName="Production", targetPipelineExecutionId=good)["pipelineExecutionId"]
    wall.move(30)
    newest = runs(line)[0]
    assert (newest["pipelineExecutionId"], newest["status"], newest["executionType"]) == (made, "Succeeded", "ROLLBACK")
    assert newest["trigger"]["triggerType"] == "ManualRollback"
    assert newest["rollbackMetadata"]["rollbackTargetPipelineExecutionId"] == good
    assert (
        newest["sourceRevisions"] == next(r for r in runs(line) if r["pipelineExecutionId"] == good)["sourceRevisions"]
    )


def test_a_stage_is_not_rolled_back_to_what_failed_in_it(line: Any) -> None:
    bad = next(run for run in runs(line) if run["status"] == "Failed")["pipelineExecutionId"]
    with pytest.raises(ClientError, match="UnableToRollbackStageException"):
        line.rollback_stage(**NAME, stageName="Production", targetPipelineExecutionId=bad)
    with pytest.raises(ClientError, match="PipelineExecutionNotFoundException"):
        line.rollback_stage(**NAME, stageName="Production", targetPipelineExecutionId=f"{bad[:-1]}0")


def test_a_rejected_stage_is_retried_with_a_new_token(line: Any, wall: Wall) -> None:
    before = approval(line)
    token, run = before["actionStates"][0]["latestExecution"]["token"], before["latestExecution"]["pipelineExecutionId"]
    answer = {**NAME, "stageName": "Approval", "actionName": "Approve", "token": token}
    line.put_approval_result(**answer, result={"summary": "no", "status": "Rejected"})
    assert runs(line)[0]["status"] == "Failed"
    line.retry_stage_execution(**NAME, stageName="Approval", pipelineExecutionId=run, retryMode="FAILED_ACTIONS")
    fresh = approval(line)["actionStates"][0]["latestExecution"]["token"]
    assert fresh != token
    with pytest.raises(ClientError, match="StageNotRetryableException"):
        line.retry_stage_execution(**NAME, stageName="Approval", pipelineExecutionId=run, retryMode="FAILED_ACTIONS")
    line.put_approval_result(**{**answer, "token": fresh}, result={"summary": "yes", "status": "Approved"})
    wall.move(30)
    assert runs(line)[0]["status"] == "Succeeded"


def test_only_executions_that_succeeded_in_a_stage_are_listed_when_asked(line: Any) -> None:
    found = runs(line, filter={"succeededInStage": {"stageName": "Production"}})
    assert {run["status"] for run in found} == {"Succeeded"}
    assert len(found) == 9


@pytest.mark.parametrize("reason", ["a/b", "a: b", "100 %", "under_score", "é"])
def test_a_reason_with_characters_that_aws_does_not_take_is_refused(line: Any, reason: str) -> None:
    way = {**NAME, "stageName": "Production", "transitionType": "Inbound"}
    with pytest.raises(ClientError, match="ValidationException"):
        line.disable_stage_transition(**way, reason=reason)
    line.disable_stage_transition(**way, reason="A freeze (until Monday) - ask @ops!")


def test_an_action_that_is_not_there_is_refused(line: Any) -> None:
    token = "0" * 8 + "-0000-0000-0000-" + "0" * 12
    result = {"summary": "", "status": "Approved"}
    with pytest.raises(ClientError, match="ActionNotFoundException"):
        line.put_approval_result(**NAME, stageName="Approval", actionName="Other", token=token, result=result)
