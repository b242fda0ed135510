"""Descriptors: what they say, and whether AWS agrees."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.logs import logs
from tests.scorecards.library.stage import Stage
from tests.scorecards.library.tables import table

ANNOTATIONS = {"backstage.io/techdocs-ref": "dir:.", "pagerduty.com/service-id": "P1234"}
RUNBOOK = {"url": "https://example.com/runbook", "title": "First three failures", "type": "runbook"}


def described(stage: Stage, *left_out: str, **spec: Any) -> None:
    """A descriptor that says all that the checks ask for, without what is left out: an annotation, `links` or `tier`."""
    annotations = {key: value for key, value in ANNOTATIONS.items() if key not in left_out}
    metadata = {"annotations": annotations, "links": [] if "links" in left_out else [RUNBOOK]}
    stage.describe(metadata=metadata, tier=None if "tier" in left_out else 1, **spec)


@passes("services.has-owner", "services.has-runbook", "services.has-docs", "services.has-oncall", "services.has-tier")
def descriptor_kept_well(stage: Stage) -> None:
    described(stage)


@passes("services.has-owner")
def owner_that_only_a_tag_names(stage: Stage) -> None:
    logs(stage)


@fails("services.has-owner")
def owner_that_nobody_names(stage: Stage) -> None:
    logs(stage, tags={"service": stage.name})


@fails("services.has-runbook")
def descriptor_without_runbook(stage: Stage) -> None:
    described(stage, "links")


@fails("services.has-docs")
def descriptor_without_docs(stage: Stage) -> None:
    described(stage, "backstage.io/techdocs-ref")


@fails("services.has-oncall")
def descriptor_without_oncall(stage: Stage) -> None:
    described(stage, "pagerduty.com/service-id")


@fails("services.has-tier")
def descriptor_without_tier(stage: Stage) -> None:
    described(stage, "tier")


@passes("services.owner-agrees", "services.dependencies-named", "services.dependencies-exist")
def descriptor_that_aws_confirms(stage: Stage) -> None:
    described(stage, dependsOn=[f"resource:{stage.name}"])
    table(stage)


@fails("services.owner-agrees")
def descriptor_of_another_owner(stage: Stage) -> None:
    described(stage, owner="search", dependsOn=[f"resource:{stage.name}"])
    table(stage)


@fails("services.dependencies-named")
def descriptor_that_leaves_a_table_out(stage: Stage) -> None:
    described(stage, dependsOn=[f"resource:{stage.name}"])
    table(stage)
    table(stage, TableName=f"{stage.name}-archive", recovery=False)


@fails("services.dependencies-exist")
def descriptor_of_what_was_deleted(stage: Stage) -> None:
    described(stage, dependsOn=[f"resource:{stage.name}", "resource:deleted-last-year"])
    table(stage)
