"""Where each pipeline stands: its stages with transitions and waiting approvals, and its last runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import reader

RUNS = 20
"""Newest runs that are read of each pipeline."""


@dataclass(frozen=True)
class Transition:
    """The way into a stage: whether executions may enter, and who changed that when and why ("" and None if nobody did)."""

    open: bool
    reason: str
    changed_by: str
    changed_at: datetime | None


@dataclass(frozen=True)
class Waiting:
    """A manual approval that waits: its action, since when, and the run that it holds. The token answers it."""

    action: str
    since: datetime | None
    execution: str
    token: str


@dataclass(frozen=True)
class StageState:
    """One stage: status and id of the last run that entered it ("" before the first), and how many runs wait before it."""

    name: str
    status: str
    execution: str
    transition: Transition
    approvals: Sequence[Waiting]
    queued: int
    trouble: str


@dataclass(frozen=True)
class Run:
    """One execution. ``kind`` is STANDARD or ROLLBACK, ``revision`` what it was started with, as far as AWS tells."""

    id: str
    status: str
    kind: str
    trigger: str
    revision: str
    reason: str
    started: datetime | None
    updated: datetime | None


@dataclass(frozen=True)
class PipelineState:
    """One pipeline with its stages in order and its newest runs, newest first."""

    name: str
    account: str
    region: str
    kind: str
    stages: Sequence[StageState]
    runs: Sequence[Run]


def pipelines(account: str, region: str) -> list[PipelineState]:
    """All pipelines of the account and region; two calls for each. Raises AwsError."""
    with aws_errors("codepipeline:GetPipelineState", account, region):
        client = reader(account, region, "codepipeline")
        rows = list(pages(client, "list_pipelines", "pipelines"))
        return [_pipeline(client, row, account, region) for row in rows]


def pipeline(account: str, region: str, name: str, kind: str) -> PipelineState:
    """One pipeline, of the known type V1 or V2. Raises AwsError."""
    with aws_errors("codepipeline:GetPipelineState", account, region):
        client = reader(account, region, "codepipeline")
        return _pipeline(client, {"name": name, "pipelineType": kind}, account, region)


def stages(client: Any, name: str) -> list[StageState]:
    """The stages of one pipeline, with a client of whichever role. Raises what botocore raises."""
    return [_stage(state) for state in client.get_pipeline_state(name=name).get("stageStates") or ()]


def _pipeline(client: Any, row: Mapping[str, Any], account: str, region: str) -> PipelineState:
    name = row["name"]
    reply = client.list_pipeline_executions(pipelineName=name, maxResults=RUNS)
    runs = tuple(_run(one) for one in reply.get("pipelineExecutionSummaries") or ())
    return PipelineState(name, account, region, row.get("pipelineType") or "V1", tuple(stages(client, name)), runs)


def _stage(state: Mapping[str, Any]) -> StageState:
    inbound, last = state.get("inboundTransitionState") or {}, state.get("latestExecution") or {}
    actions = [(one["actionName"], one.get("latestExecution") or {}) for one in state.get("actionStates") or ()]
    # Other actions have no token; an approval that was answered has one, but is no longer in progress.
    waiting = tuple(
        Waiting(name, action.get("lastStatusChange"), last.get("pipelineExecutionId", ""), action["token"])
        for name, action in actions
        if action.get("status") == "InProgress" and action.get("token")
    )
    troubles = [action["errorDetails"].get("message", "") for _, action in actions if action.get("errorDetails")]
    transition = Transition(
        bool(inbound.get("enabled", True)), inbound.get("disabledReason", ""), inbound.get("lastChangedBy", ""),
        inbound.get("lastChangedAt"),
    )  # fmt: skip
    queued = state.get("inboundExecutions") or ([state["inboundExecution"]] if "inboundExecution" in state else [])
    return StageState(
        state["stageName"], last.get("status", ""), last.get("pipelineExecutionId", ""), transition, waiting, len(queued),
        "; ".join(troubles)[:300],
    )  # fmt: skip


def _run(row: Mapping[str, Any]) -> Run:
    sources = row.get("sourceRevisions") or ()
    revision = "; ".join(str(one.get("revisionSummary") or one.get("revisionId") or "") for one in sources)
    return Run(
        row["pipelineExecutionId"], row.get("status", ""), row.get("executionType", "STANDARD"),
        (row.get("trigger") or {}).get("triggerType", ""), revision[:200],
        (row.get("stopTrigger") or {}).get("reason", "") or row.get("statusSummary", ""),
        row.get("startTime"), row.get("lastUpdateTime"),
    )  # fmt: skip
