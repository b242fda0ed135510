"""The job that looks at every pipeline and deployment group. A place that does not answer keeps its rows, with a note."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from deployments.gates.pipelines import record
from deployments.gates.pipelines.match import Owners
from deployments.models import DeployGroup, Pipeline
from portal.aws import codedeploy_last, codepipeline_state
from portal.aws.accounts import accounts
from portal.aws.errors import AwsError
from portal.jobs.context import JobContext
from portal.plugins import Job

Place = tuple[str, str]


def run(context: JobContext) -> dict[str, Any]:
    """Read all accounts and regions, place after place."""
    places = [(account.account_id, region) for account in accounts() for region in account.regions]
    owners, silent = Owners.known(), 0
    for number, place in enumerate(places):
        context.check()
        context.progress(number, len(places), f"{place[0]} {place[1]}")
        try:
            look(place, owners)
        except AwsError as error:
            silent += 1
            context.log(str(error))
            Pipeline.objects.filter(account=place[0], region=place[1]).update(note=str(error)[:300])
    _forget(places)
    return {"pipelines": Pipeline.objects.count(), "groups": DeployGroup.objects.count(), "silent": silent}


def look(place: Place, owners: Owners) -> None:
    """One account and region. Raises AwsError."""
    now = timezone.now()
    pipelines, groups = codepipeline_state.pipelines(*place), codedeploy_last.groups(*place)
    for pipeline in pipelines:
        record.pipeline(pipeline, owners.of(*place, pipeline.name), now)
    for group in groups:
        record.group(group, owners.of(*place, group.application), now)
    for model in (Pipeline, DeployGroup):
        model._default_manager.filter(account=place[0], region=place[1], observed_at__lt=now).delete()


def again(pipeline: Pipeline) -> None:
    """Look at one pipeline right after something was done to it; where AWS is silent the next run does."""
    try:
        state = codepipeline_state.pipeline(pipeline.account, pipeline.region, pipeline.name, pipeline.kind)
    except AwsError:
        return
    record.pipeline(state, pipeline.service_id, timezone.now())


def _forget(places: Iterable[Place]) -> None:
    """Rows of accounts and regions that are no longer on the portal's list."""
    known = set(places)
    for model in (Pipeline, DeployGroup):
        for account, region in set(model._default_manager.order_by().values_list("account", "region")) - known:
            model._default_manager.filter(account=account, region=region).delete()


JOB = Job("deployments.pipelines", "Look at pipelines", run, every=60, keep=20)
