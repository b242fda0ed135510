"""CodeDeploy: each deployment, and of each rollback the deployment that it takes back."""

from __future__ import annotations

from deployments.intake import environments
from deployments.intake.pull.contract import Look, Place, Source
from deployments.intake.record import Clue, Record
from deployments.models.states import CANCELLED, DEPLOY, FAILED, ROLLBACK, ROLLED_BACK, RUNNING, SUCCEEDED
from portal.aws import codedeploy
from portal.aws.codedeploy import DeploymentRow

KEY = "codedeploy"
STATES = {"Succeeded": SUCCEEDED, "Failed": FAILED, "Stopped": CANCELLED}
BY_ITSELF = "codeDeployRollback"
"""The creator of a rollback that CodeDeploy began by itself."""


def read(place: Place) -> Look:
    """The deployments created since then. Raises AwsError."""
    rows = codedeploy.deployments(place.account, place.region, place.since)
    told = [_record(row, place) for row in rows]
    return Look(told + [_undone(row, place) for row in rows if row.rollback_of])


def _record(row: DeploymentRow, place: Place) -> Record:
    moment = row.finished or row.started or row.created or place.now
    named = environments.tier(row.group)
    return Record(
        dialect=KEY, event_id="", source=KEY, external_id=row.id, occurred_at=moment,
        kind=ROLLBACK if row.rollback_of or row.creator == BY_ITSELF else DEPLOY,
        service=Clue(application=row.application), account=row.account, region=row.region,
        environment=environments.named(row.group) if named else "", tier=named, version=row.version,
        status=STATES.get(row.status, RUNNING), actor=row.creator, strategy=row.config.rpartition(".")[2][:40],
        started_at=row.started or row.created, finished_at=row.finished, rollback_of=row.rollback_of, title=row.error[:300],
    )  # fmt: skip


def _undone(row: DeploymentRow, place: Place) -> Record:
    """The deployment that a rollback takes back, as of the moment that the rollback began."""
    moment = row.created or row.started or place.now
    return Record(
        dialect=KEY, event_id="", source=KEY, external_id=row.rollback_of, occurred_at=moment, kind=DEPLOY,
        service=Clue(application=row.application), account=row.account, region=row.region, status=ROLLED_BACK,
    )  # fmt: skip


SOURCE = Source(KEY, 60, read)
