"""Our checks ask for fields that discovery and ingest really publish, over all five pillars."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.observed import SOURCES

CHECKS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parents[2] / "services" / "checks.yaml").read_text())[
    "checks"
]
PILLARS = {"operationalExcellence", "security", "reliability", "performance", "costOptimization"}


def paths(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if "path" in tree:
            yield tree["path"]
        for inner in tree.values():
            yield from paths(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from paths(inner)


def test_all_five_pillars_have_checks_of_ours() -> None:
    assert {check["pillar"] for check in CHECKS} == PILLARS
    assert len(CHECKS) >= 20


def test_ids_are_unique_and_ours() -> None:
    ids = [check["id"] for check in CHECKS]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("services.") for name in ids)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check["id"])
def test_every_path_is_one_that_somebody_publishes(check: dict[str, Any]) -> None:
    known = {path for source in SOURCES for path in source.schema}
    assert set(paths([check["when"], check.get("applies", {})])) <= known
