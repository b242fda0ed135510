"""Store what was seen of a pipeline or a deployment group."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from deployments.models import DeployGroup, Pipeline, PipelineExecution
from portal.aws.codedeploy_last import GroupState
from portal.aws.codepipeline_state import PipelineState, Run, StageState

KEPT_RUNS = 200


def pipeline(state: PipelineState, service: int | None, at: datetime) -> Pipeline:
    """One pipeline with its runs; its token of a waiting approval is not kept, a worker asks for it when it is needed."""
    stages = [_stage(stage) for stage in state.stages]
    values: dict[str, Any] = {
        "service_id": service, "kind": state.kind, "stages": stages, "observed_at": at, "note": "",
        "status": state.runs[0].status if state.runs else "",
        "waiting": any(stage["approvals"] for stage in stages),
        "closed": not all(stage["open"] for stage in stages),
    }  # fmt: skip
    with transaction.atomic():
        row, _ = Pipeline.objects.update_or_create(
            account=state.account, region=state.region, name=state.name, defaults=values
        )
        _runs(row, state.runs)
    return row


def group(state: GroupState, service: int | None, at: datetime) -> None:
    """One deployment group with its last deployment."""
    values = {
        "service_id": service, "platform": state.platform, "config": state.config, "auto_rollback": state.auto_rollback,
        "deployment_id": state.deployment, "status": state.status, "deployed_at": state.at, "observed_at": at,
    }  # fmt: skip
    DeployGroup.objects.update_or_create(
        account=state.account, region=state.region, application=state.application, name=state.name, defaults=values
    )


def _stage(stage: StageState) -> dict[str, Any]:
    way = stage.transition
    return {
        "name": stage.name, "status": stage.status, "execution": stage.execution, "queued": stage.queued,
        "trouble": stage.trouble, "open": way.open, "reason": way.reason, "changed_by": way.changed_by,
        "changed_at": way.changed_at.isoformat() if way.changed_at else None,
        "approvals": [
            {"action": one.action, "execution": one.execution, "since": one.since.isoformat() if one.since else None}
            for one in stage.approvals
        ],
    }  # fmt: skip


def _runs(row: Pipeline, runs: Any) -> None:
    known = {run.execution_id: run for run in row.executions.all()}
    for run in runs:
        values = _run(run)
        old = known.get(run.id)
        if old is None:
            PipelineExecution.objects.create(pipeline=row, execution_id=run.id, **values)
        elif any(getattr(old, name) != value for name, value in values.items()):
            PipelineExecution.objects.filter(pk=old.pk).update(**values)
    kept = list(row.executions.order_by("-started_at", "-id").values_list("pk", flat=True)[:KEPT_RUNS])
    if len(known) > KEPT_RUNS:
        row.executions.exclude(pk__in=kept).delete()


def _run(run: Run) -> dict[str, Any]:
    return {
        "status": run.status, "kind": run.kind, "trigger": run.trigger[:30], "revision": run.revision[:200],
        "reason": run.reason[:200], "started_at": run.started, "updated_at": run.updated,
    }  # fmt: skip
