"""The job that reads deployments from AWS: every source of every account and region by itself, so that one that is denied
or throttled leaves the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from deployments import ingest
from deployments.gates.pipelines.match import Owners
from deployments.intake import commits, incidents, matching
from deployments.intake.pull import codedeploy, codepipeline, ecs, lambda_aliases
from deployments.intake.pull.contract import Look, Place, Source
from deployments.intake.record import Record, Refusal
from deployments.models import Deployment, PullState
from deployments.models.states import RUNNING
from portal.aws.accounts import accounts
from portal.aws.errors import AwsError
from portal.jobs.context import JobContext
from portal.plugins import Job
from services.models import Entity

SOURCES = (codedeploy.SOURCE, ecs.SOURCE, codepipeline.SOURCE, lambda_aliases.SOURCE)
"""CodePipeline comes after what it deploys with."""
HISTORY = timedelta(days=30)
"""How far back the first look goes, and the longest that a running deployment is followed."""
OVERLAP = timedelta(hours=2)
SHOWN = 20
"""Names without a service that are kept for the page."""


def run(context: JobContext) -> dict[str, Any]:
    """One look at whatever is due."""
    due = list(_due(timezone.now()))
    done = {"deployments": 0, "looks": 0, "silent": 0}
    owners = Owners.known()
    for number, (source, state) in enumerate(due):
        context.check()
        context.progress(number, len(due), f"{source.key} {state.account} {state.region}")
        error = look(source, state, owners, done)
        if error:
            context.log(error)
    _forget()
    return done


def look(source: Source, state: PullState, owners: Owners, done: dict[str, int]) -> str:
    """Read one source of one place and store what it says; "" or why it could not be read."""
    now = timezone.now()
    place = Place(state.account, state.region, _since(source, state, now), now, state.seen, state.read_at)
    try:
        found = source.read(place)
    except AwsError as error:
        PullState.objects.filter(pk=state.pk).update(looked_at=now, error=str(error)[:600])
        done["silent"] += 1
        return str(error)
    done["deployments"] += _store(source, place, found, state, owners)
    done["looks"] += 1
    return ""


def _due(now: datetime) -> Iterator[tuple[Source, PullState]]:
    known = {(row.source, row.account, row.region): row for row in PullState.objects.all()}
    for account in accounts():
        for region in account.regions:
            for source in SOURCES:
                row = (
                    known.get((source.key, account.account_id, region))
                    or PullState.objects.get_or_create(source=source.key, account=account.account_id, region=region)[0]
                )
                # Half a beat early is better than a beat late.
                if row.looked_at is None or row.looked_at <= now - timedelta(seconds=source.every * 0.8):
                    yield source, row


def _since(source: Source, state: PullState, now: datetime) -> datetime:
    """From the last good look on, with an overlap, and from the oldest deployment that still runs."""
    if state.read_at is None:
        return now - HISTORY
    running = Deployment.objects.filter(source=source.key, region=state.region, state=RUNNING, started_at__isnull=False)
    oldest = running.order_by("started_at").values_list("started_at", flat=True).first()
    return max(now - HISTORY, min([state.read_at - OVERLAP, *([oldest - OVERLAP] if oldest else [])]))


@transaction.atomic
def _store(source: Source, place: Place, found: Look, state: PullState, owners: Owners) -> int:
    """All of a look, or nothing of it: what is remembered must go with what was told. Returns how many are new."""
    new, unmatched, services = 0, set(), _services(found.records, owners)
    for record in found.records:
        entity = services.get((record.service.application, record.service.arn))
        if entity is None:
            unmatched.add(record.service.application)
        elif not source.explained(record, entity.pk, place):
            new += _record(record, entity)
    PullState.objects.filter(pk=state.pk).update(
        looked_at=place.now, read_at=place.now, error="", found=len(found.records), seen=found.seen,
        unmatched=sorted(unmatched)[:SHOWN],
    )  # fmt: skip
    return new


def _services(records: list[Record], owners: Owners) -> dict[tuple[str, str], Entity]:
    """The service of each application or resource that the records name: by tags, by ARN, then by name."""
    found: dict[tuple[str, str], Entity] = {}
    for record in {(one.service.application, one.service.arn): one for one in records}.values():
        pk = owners.of(record.account, record.region, record.service.application)
        try:
            entity = Entity.objects.services().filter(pk=pk).first() if pk else matching.find(record.service)
        except Refusal:
            continue
        if entity is not None:
            found[record.service.application, record.service.arn] = entity
    return found


def _record(record: Record, entity: Entity) -> bool:
    row, is_new = ingest.record(
        entity, source=record.source, external_id=record.external_id, occurred_at=record.occurred_at, state=record.status,
        kind=record.kind, version=record.version, environment=record.environment, tier=record.tier, region=record.region,
        actor=record.actor, commit=record.commit, trigger=record.trigger, strategy=record.strategy, rollback_of=record.rollback_of,
        weight=record.weight, chain=record.chain, contained=record.contained, started_at=record.started_at,
        finished_at=record.finished_at,
    )  # fmt: skip
    if is_new:
        commits.brought(row, record.commits)
        incidents.look_again(row)
    return is_new


def _forget() -> None:
    """Places that are no longer on the portal's list."""
    known = {(account.account_id, region) for account in accounts() for region in account.regions}
    for account, region in set(PullState.objects.order_by().values_list("account", "region")) - known:
        PullState.objects.filter(account=account, region=region).delete()


JOB = Job("deployments.pull", "Read deployments from AWS", run, every=60, keep=30)
