"""Log groups, and the tags that every resource should carry."""

from __future__ import annotations

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def logs(stage: Stage, days: int = 30, tags: dict[str, str] | None = None) -> None:
    """A log group that keeps its events for so many days, for ever with 0."""
    client, name = stage.client("logs"), f"/service/{stage.name}"
    client.create_log_group(logGroupName=name, tags=stage.tags if tags is None else tags)
    if days:
        client.put_retention_policy(logGroupName=name, retentionInDays=days)


@passes("services.log-retention", "services.logs-long-enough", "services.tags-complete", "services.cost-center")
def logs_kept_well(stage: Stage) -> None:
    logs(stage)


@fails("services.log-retention")
def logs_kept_for_ever(stage: Stage) -> None:
    logs(stage, 0)


@fails("services.logs-long-enough")
def logs_of_a_week(stage: Stage) -> None:
    logs(stage, 7)


@fails("services.tags-complete")
def logs_that_name_no_owner(stage: Stage) -> None:
    logs(stage, tags={key: value for key, value in stage.tags.items() if key != "owner"})


@fails("services.cost-center")
def logs_that_nobody_is_charged_for(stage: Stage) -> None:
    logs(stage, tags={key: value for key, value in stage.tags.items() if key != "CostCenter"})
