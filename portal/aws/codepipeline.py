"""CodePipeline: the stages of each pipeline and where its last execution stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.aws.errors import AwsUnsupported, aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import reader


@dataclass(frozen=True)
class Stage:
    """One stage. ``status`` is "" before its first run; ``open`` is False where its inbound transition is blocked.

    ``on_failure`` is ROLLBACK, FAIL, RETRY, SKIP or ""; ``entry_conditions`` is how many must hold before it begins.
    """

    name: str
    status: str
    open: bool
    reason: str
    approval: bool
    waiting: bool
    on_failure: str = ""
    entry_conditions: int = 0


@dataclass(frozen=True)
class Pipeline:
    """One pipeline. ``state_known`` is False where this endpoint cannot, or may not, tell the state of stages."""

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
    try:
        states = detail("codepipeline:GetPipelineState", account, region, lambda: _states(client, row["name"]))
    except AwsUnsupported:
        states = None
    stages = tuple(_stage(stage, (states or {}).get(stage["name"], {})) for stage in definition.get("stages") or ())
    kind = row.get("pipelineType") or definition.get("pipelineType") or "V1"
    return Pipeline(row["name"], account, region, kind, row.get("updated"), stages, states is not None)


def _states(client: Any, name: str) -> dict[str, Mapping[str, Any]]:
    reply = client.get_pipeline_state(name=name)
    return {state["stageName"]: state for state in reply.get("stageStates") or ()}


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
        on_failure=(stage.get("onFailure") or {}).get("result", ""),
        entry_conditions=len((stage.get("beforeEntry") or {}).get("conditions") or ()),
    )
