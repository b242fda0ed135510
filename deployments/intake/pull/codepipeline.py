"""CodePipeline: ended executions, as the job "Look at pipelines" has stored them, so that AWS is asked once.

Where an execution deploys through CodeDeploy or ECS, what these tell is the deployment, and the execution only lends it
commit and trigger: one release is one deployment.
"""

from __future__ import annotations

from typing import Any

from deployments import ingest
from deployments.intake.pull.contract import Look, Place, Source
from deployments.intake.purl import COMMIT
from deployments.intake.record import Clue, Record
from deployments.models import Deployment, Pipeline, PipelineExecution
from deployments.models.states import CANCELLED, DEPLOY, FAILED, ROLLBACK, ROLLED_BACK, SUCCEEDED
from portal.aws.errors import AwsUnavailable

KEY = "codepipeline"
STATES = {"Succeeded": SUCCEEDED, "Failed": FAILED, "Stopped": CANCELLED, "Cancelled": CANCELLED}
"""A superseded execution never got there, and one that still runs may yet be CodeDeploy's."""
CHILDREN = ("codedeploy", "ecs")


def read(place: Place) -> Look:
    """The executions that have ended since then. Raises AwsError where the pipelines could not be looked at."""
    pipelines = Pipeline.objects.filter(account=place.account, region=place.region)
    if trouble := next((row.note for row in pipelines if row.note), ""):
        raise AwsUnavailable("codepipeline:ListPipelineExecutions", place.account, place.region, "Silent", trouble)
    rows = PipelineExecution.objects.filter(pipeline__in=pipelines, started_at__isnull=False).select_related("pipeline")
    records: list[Record] = []
    newest: dict[int, PipelineExecution] = {}
    for row in rows.order_by("started_at", "pk"):
        undone = newest.get(row.pipeline_id) if row.kind == "ROLLBACK" else None
        if row.kind != "ROLLBACK":
            newest[row.pipeline_id] = row
        if row.status in STATES and row.updated_at and row.updated_at >= place.since:
            records += _told(row, undone)
    return Look(records)


def _told(row: PipelineExecution, undone: PipelineExecution | None) -> list[Record]:
    assert row.started_at is not None and row.updated_at is not None  # noqa: S101, PT018 the query asked for it
    place: dict[str, Any] = {
        "dialect": KEY, "event_id": "", "source": KEY, "service": Clue(application=row.pipeline.name),
        "account": row.pipeline.account, "region": row.pipeline.region,
    }  # fmt: skip
    commit = row.revision if COMMIT.match(row.revision) else ""
    told = Record(
        **place, trigger=row.trigger, chain=row.execution_id, kind=ROLLBACK if row.kind == "ROLLBACK" else DEPLOY, external_id=row.execution_id, occurred_at=row.updated_at,
        status=STATES[row.status], commit=commit, version=(commit[:12] or row.revision)[:100], started_at=row.started_at,
        finished_at=row.updated_at, rollback_of=undone.execution_id if undone else "",
    )  # fmt: skip
    if undone is None:
        return [told]
    return [
        told,
        Record(**place, kind=DEPLOY, external_id=undone.execution_id, occurred_at=row.started_at, status=ROLLED_BACK),
    ]


def explained(record: Record, service: int, place: Place) -> bool:
    """Whether CodeDeploy or ECS has deployed within the execution; then these get its commit and trigger."""
    if record.started_at is None or record.finished_at is None:  # told of as undone: count it only if it stands already
        return not Deployment.objects.filter(source=KEY, external_id=record.external_id).exists()
    window = (record.started_at, record.finished_at)
    children = Deployment.objects.filter(
        service=service, source__in=CHILDREN, started_at__range=window, region=record.region
    ).select_related("service")
    for child in children:
        ingest.record(
            child.service, source=child.source, external_id=child.external_id, occurred_at=child.occurred_at, state=child.state,
            commit=record.commit, trigger=record.trigger, chain=record.chain,
        )  # fmt: skip
    return bool(children)


SOURCE = Source(KEY, 60, read, explained)
