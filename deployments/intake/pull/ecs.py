"""ECS: service deployments that ECS itself carries out."""

from __future__ import annotations

from deployments.intake.pull.contract import Look, Place, Source
from deployments.intake.record import Clue, Record
from deployments.models.states import CANCELLED, DEPLOY, FAILED, ROLLED_BACK, RUNNING, SUCCEEDED
from portal.aws import ecs_history
from portal.aws.ecs_history import ServiceRun

KEY = "ecs"
STATES = {"SUCCESSFUL": SUCCEEDED, "STOPPED": CANCELLED, "ROLLBACK_SUCCESSFUL": ROLLED_BACK, "ROLLBACK_FAILED": FAILED}


def read(place: Place) -> Look:
    """The service deployments created since then. Raises AwsError."""
    return Look([_record(run) for run in ecs_history.runs(place.account, place.region, place.since)])


def _record(run: ServiceRun) -> Record:
    name = run.arn.partition(":service-deployment/")[2]
    status = STATES.get(run.status, RUNNING)
    return Record(
        dialect=KEY, event_id="", source=KEY, kind=DEPLOY, external_id=f"{run.account}/{run.region}/{name}"[-200:],
        occurred_at=run.finished or run.started or run.created, account=run.account, region=run.region,
        service=Clue(arn=run.service_arn, application=run.service_arn.rpartition("/")[2]), version=run.revision[:100],
        status=status, started_at=run.started or run.created, finished_at=run.finished if status != RUNNING else None,
        title=run.reason[:300],
    )  # fmt: skip


SOURCE = Source(KEY, 120, read)
