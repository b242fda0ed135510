"""Pipelines of CodePipeline, and what AWS Config says of what they release onto."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage
from tests.scorecards.library.tables import table

NEVER_UNRESTORED = {
    "ConfigRuleName": "tables-can-be-restored",
    "Source": {"Owner": "AWS", "SourceIdentifier": "DYNAMODB_PITR_ENABLED"},
}
QUIET = {"result": "ROLLBACK", "rules": [{"name": "quiet", "ruleTypeId": {
    "category": "Rule", "owner": "AWS", "provider": "CloudWatchAlarm", "version": "1"}}]}  # fmt: skip


def _stage(name: str, category: str, provider: str, **more: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actions": [{"name": name, "actionTypeId": kind, "runOrder": 1}], **more}


def pipeline(stage: Stage, *, approval: bool = True, conditions: int = 0) -> None:
    """A pipeline to production that somebody has to approve, or that so many conditions hold."""
    entry = {"beforeEntry": {"conditions": [QUIET] * conditions}} if conditions else {}
    stages = [
        _stage("Source", "Source", "S3"),
        *([_stage("Approval", "Approval", "Manual")] if approval else []),
        _stage("Production", "Deploy", "CodeDeploy", **entry),
    ]
    declared = {
        "name": stage.name, "roleArn": stage.place.role("pipelines"), "stages": stages, "pipelineType": "V2",
        "artifactStore": {"type": "S3", "location": "artifacts"},
    }  # fmt: skip
    stage.client("codepipeline").create_pipeline(pipeline=declared, tags=stage.listed("key", "value"))


@passes("deployments.pipeline-gated", "deployments.no-failed-stage")
def pipeline_kept_well(stage: Stage) -> None:
    pipeline(stage)


@passes("deployments.pipeline-gated")
def pipeline_that_a_condition_holds(stage: Stage) -> None:
    pipeline(stage, approval=False, conditions=1)


@fails("deployments.pipeline-gated")
def pipeline_that_asks_nobody(stage: Stage) -> None:
    pipeline(stage, approval=False)


@fails("deployments.no-failed-stage")
def pipeline_that_somebody_rejected(stage: Stage) -> None:
    pipeline(stage)
    client = stage.client("codepipeline")
    client.start_pipeline_execution(name=stage.name)
    stage.clock.shift(30)
    waiting = client.get_pipeline_state(name=stage.name)["stageStates"][1]["actionStates"][0]["latestExecution"]
    client.put_approval_result(
        pipelineName=stage.name, stageName="Approval", actionName="Approval", token=waiting["token"],
        result={"summary": "Not before the holidays.", "status": "Rejected"},
    )  # fmt: skip


def ruled(stage: Stage, *, recovery: bool) -> None:
    """A table that an AWS Config rule looks at."""
    client = stage.client("config")
    client.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": stage.place.role("read")})
    client.put_config_rule(ConfigRule=NEVER_UNRESTORED)
    table(stage, recovery=recovery)


@passes("deployments.resources-compliant")
def resources_that_keep_the_rules(stage: Stage) -> None:
    ruled(stage, recovery=True)


@fails("deployments.resources-compliant")
def resources_that_break_a_rule(stage: Stage) -> None:
    ruled(stage, recovery=False)
