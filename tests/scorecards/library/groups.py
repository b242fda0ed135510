"""Deployment groups of CodeDeploy, and what was released through them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from deployments import ingest
from deployments.models.states import SUCCEEDED
from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.functions import function
from tests.scorecards.library.stage import Stage

SHIFT = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
CANARY = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"


def group(stage: Stage, *, rollback: bool = True, alarm: bool = True, config: str = CANARY) -> None:
    """A function that CodeDeploy deploys, with all that can stop a bad release."""
    function(stage)
    client = stage.client("codedeploy")
    client.create_application(applicationName=stage.name, computePlatform="Lambda", tags=stage.listed())
    events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] if rollback else []
    client.create_deployment_group(
        applicationName=stage.name, deploymentGroupName="production", deploymentConfigName=config, deploymentStyle=SHIFT,
        serviceRoleArn=stage.place.role("deployments"),
        autoRollbackConfiguration={"enabled": rollback, "events": events},
        alarmConfiguration={"enabled": alarm, "alarms": [{"name": f"{stage.name}-errors"}]},
    )  # fmt: skip


@passes("deployments.automatic-rollback", "deployments.alarms-attached", "deployments.not-all-at-once")
def group_kept_well(stage: Stage) -> None:
    group(stage)


@fails("deployments.automatic-rollback")
def group_without_rollback(stage: Stage) -> None:
    group(stage, rollback=False)


@fails("deployments.alarms-attached")
def group_with_its_alarms_off(stage: Stage) -> None:
    group(stage, alarm=False)


@fails("deployments.not-all-at-once")
def group_that_changes_all_at_once(stage: Stage) -> None:
    group(stage, config=AT_ONCE)


@passes("deployments.released-lately")
def release_of_today(stage: Stage) -> None:
    group(stage, config=AT_ONCE)
    revision: dict[str, Any] = {
        "revisionType": "S3",
        "s3Location": {"bucket": "builds", "key": "7.zip", "bundleType": "zip"},
    }
    stage.client("codedeploy").create_deployment(
        applicationName=stage.name, deploymentGroupName="production", revision=revision
    )
    stage.clock.shift(30)


@fails("deployments.released-lately")
def release_of_last_month(stage: Stage) -> Iterator[None]:
    group(stage)
    yield
    long_ago = timezone.now() - timedelta(days=40)
    ingest.record(
        stage.service, source="github", external_id=stage.name, occurred_at=long_ago, version="7", state=SUCCEEDED
    )
