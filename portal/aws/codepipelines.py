"""CodePipelines as discovery sees them: what guards each stage, and how its last run went."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws import codepipeline
from portal.aws.resource import AwsResource


@dataclass(frozen=True)
class PipelineStage:
    """One stage. `on_failure` is ROLLBACK, FAIL, RETRY, SKIP or ""; `open` and `status` are None where unknown."""

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
    """All pipelines with their stages, two calls for each. Raises AwsError."""
    return [_pipeline(row) for row in codepipeline.pipelines(account, region)]


def _pipeline(row: codepipeline.Pipeline) -> DeliveryPipeline:
    stages = tuple(_stage(stage, row.state_known) for stage in row.stages)
    return DeliveryPipeline(
        name=row.name,
        arn=f"arn:aws:codepipeline:{row.region}:{row.account}:{row.name}",
        account=row.account,
        region=row.region,
        kind=row.kind,
        stages=stages,
        gated=any(stage.approval or stage.entry_conditions for stage in stages),
        rolls_back=bool(stages) and stages[-1].on_failure == "ROLLBACK",
    )


def _stage(stage: codepipeline.Stage, known: bool) -> PipelineStage:
    return PipelineStage(
        stage.name,
        stage.on_failure,
        stage.entry_conditions,
        stage.approval,
        stage.open if known else None,
        stage.status if known else None,
    )
