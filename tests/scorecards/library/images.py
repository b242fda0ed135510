"""Repositories of container images."""

from __future__ import annotations

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def repository(stage: Stage, *, scanned: bool = True, tags: str = "IMMUTABLE") -> None:
    """A repository of the service."""
    stage.client("ecr").create_repository(
        repositoryName=stage.name, imageTagMutability=tags, imageScanningConfiguration={"scanOnPush": scanned},
        tags=stage.listed(),
    )  # fmt: skip


@passes("services.images-scanned", "services.images-immutable")
def images_kept_well(stage: Stage) -> None:
    repository(stage)


@fails("services.images-scanned")
def images_that_nobody_scans(stage: Stage) -> None:
    repository(stage, scanned=False)


@fails("services.images-immutable")
def images_whose_tags_move(stage: Stage) -> None:
    repository(stage, tags="MUTABLE")
