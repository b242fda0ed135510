"""CodePipelines as discovery sees them: what guards each stage, and how its last run went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True)
class PipelineStage:
    """One stage. `on_failure` is ROLLBACK, FAIL, RETRY, SKIP or ""; `status` is None where it may not be read."""

    name: str
    on_failure: str
    entry_conditions: int
    approval: bool
    open: bool | None
    status: str | None


@dataclass(frozen=True, kw_only=True)
class DeliveryPipeline(AwsResource):
    """One pipeline. `gated` where an approval or an entry condition holds it, `rolls_back` where its last stage does."""

    kind: str
    stages: tuple[PipelineStage, ...]
    gated: bool
    rolls_back: bool


def pipelines(account: str, region: str) -> list[DeliveryPipeline]:
    """All pipelines with their stages, two more calls for each."""
    with aws_errors("codepipeline:ListPipelines", account, region):
        client = reader(account, region, "codepipeline")
        rows = list(pages(client, "list_pipelines", "pipelines"))
        return [_pipeline(client, row["name"], account, region) for row in rows]


def _pipeline(client: Any, name: str, account: str, region: str) -> DeliveryPipeline:
    definition = client.get_pipeline(name=name)["pipeline"]
    states = detail("codepipeline:GetPipelineState", account, region, lambda: _states(client, name))
    stages = tuple(_stage(row, states) for row in definition.get("stages") or ())
    return DeliveryPipeline(
        name=name,
        arn=f"arn:aws:codepipeline:{region}:{account}:{name}",
        account=account,
        region=region,
        kind=definition.get("pipelineType") or "V1",
        stages=stages,
        gated=any(stage.approval or stage.entry_conditions for stage in stages),
        rolls_back=bool(stages) and stages[-1].on_failure == "ROLLBACK",
    )


def _states(client: Any, name: str) -> dict[str, Mapping[str, Any]]:
    reply = client.get_pipeline_state(name=name)
    return {row["stageName"]: row for row in reply.get("stageStates") or ()}


def _stage(row: Mapping[str, Any], states: Mapping[str, Mapping[str, Any]] | None) -> PipelineStage:
    state = (states or {}).get(row["name"], {})
    return PipelineStage(
        name=row["name"],
        on_failure=(row.get("onFailure") or {}).get("result", ""),
        entry_conditions=len((row.get("beforeEntry") or {}).get("conditions") or ()),
        approval=any(action["actionTypeId"]["category"] == "Approval" for action in row.get("actions") or ()),
        open=None if states is None else bool((state.get("inboundTransitionState") or {}).get("enabled", True)),
        status=None if states is None else (state.get("latestExecution") or {}).get("status", ""),
    )
