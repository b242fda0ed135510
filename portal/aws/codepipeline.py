"""CodePipeline: the stages of each pipeline and where its last execution stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.aws.errors import AwsUnsupported, aws_errors
from portal.aws.paging import pages
from portal.aws.resource import reader


@dataclass(frozen=True)
class Stage:
    """One stage. ``status`` is "" before its first run; ``open`` is False where its inbound transition is blocked."""

    name: str
    status: str
    open: bool
    reason: str
    approval: bool
    waiting: bool


@dataclass(frozen=True)
class Pipeline:
    """One pipeline. ``state_known`` is False where this endpoint cannot tell the state of stages."""

    name: str
    account: str
    region: str
    kind: str
    updated: datetime | None
    stages: Sequence[Stage]
    state_known: bool


def pipelines(account: str, region: str) -> list[Pipeline]:
    """All pipelines with the state of their stages. Raises AwsError."""
    with aws_errors("codepipeline:ListPipelines", account, region):
        client = reader(account, region, "codepipeline")
        rows = list(pages(client, "list_pipelines", "pipelines"))
        return [_pipeline(client, row, account, region) for row in rows]


def _pipeline(client: Any, row: Mapping[str, Any], account: str, region: str) -> Pipeline:
    definition = client.get_pipeline(name=row["name"])["pipeline"]
    states: dict[str, Mapping[str, Any]] = {}
    known = True
    try:
        with aws_errors("codepipeline:GetPipelineState", account, region):
            reply = client.get_pipeline_state(name=row["name"])
        states = {state["stageName"]: state for state in reply.get("stageStates") or ()}
    except AwsUnsupported:
        known = False
    stages = tuple(_stage(stage, states.get(stage["name"], {})) for stage in definition.get("stages") or ())
    kind = row.get("pipelineType") or definition.get("pipelineType") or "V1"
    return Pipeline(row["name"], account, region, kind, row.get("updated"), stages, known)


def _stage(stage: Mapping[str, Any], state: Mapping[str, Any]) -> Stage:
    inbound = state.get("inboundTransitionState") or {}
    actions = [action.get("latestExecution") or {} for action in state.get("actionStates") or ()]
    return Stage(
        name=stage["name"],
        status=(state.get("latestExecution") or {}).get("status", ""),
        open=bool(inbound.get("enabled", True)),
        reason=inbound.get("disabledReason", ""),
        approval=any(action["actionTypeId"]["category"] == "Approval" for action in stage.get("actions") or ()),
        waiting=any(action.get("status") == "InProgress" and action.get("token") for action in actions),
    )
