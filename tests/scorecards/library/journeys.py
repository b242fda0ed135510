"""Synthetic canaries."""

from __future__ import annotations

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def journey(stage: Stage) -> None:
    """A canary that waits to be started."""
    stage.client("synthetics").create_canary(
        Name=stage.name[:21], Code={"Handler": "journey.handler", "ZipFile": b"-"}, ArtifactS3Location="s3://journeys/",
        ExecutionRoleArn=stage.place.role("journeys"), Schedule={"Expression": "rate(1 minute)"},
        RuntimeVersion="syn-python-selenium-7.0", Tags=stage.tags,
    )  # fmt: skip


@passes("services.journeys-run")
def journey_that_is_walked(stage: Stage) -> None:
    journey(stage)
    stage.client("synthetics").start_canary(Name=stage.name[:21])


@fails("services.journeys-run")
def stopped_journey(stage: Stage) -> None:
    journey(stage)
    stage.client("synthetics").start_canary(Name=stage.name[:21])
    stage.client("synthetics").stop_canary(Name=stage.name[:21])
