"""The checks that come with chaos are complete, and ask for fields that a run really publishes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

import chaos
from chaos.models import ExperimentRun
from chaos.proof import SOURCES
from services import facts

from .conftest import World

CHECKS: list[dict[str, Any]] = yaml.safe_load((Path(chaos.__file__).parent / "checks.yaml").read_text())["checks"]
PATHS = sorted(set(re.findall(r"chaos\.(?:proof|plan)[\w.]*", yaml.safe_dump(CHECKS))))


def test_each_check_says_why_and_how_to_mend_it() -> None:
    assert len(CHECKS) >= 4
    assert sum(check["pillar"] == "reliability" for check in CHECKS) >= 4
    for check in CHECKS:
        assert check["id"].startswith("chaos.")
        assert len(check["why"]) > 30
        assert len(check["fix"]) > 30


def test_every_path_is_in_the_schema() -> None:
    known = {path for source in SOURCES for path in source.schema}
    assert PATHS
    assert set(PATHS) <= known


def test_every_path_is_really_published(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "ended")
    published = {key: fact.value for key, fact in facts.current(run.service).items()}
    for path in PATHS:
        source, name, *rest = re.sub(r"by_fault\.\w+", "by_fault.test_fault", path).split(".")
        value: Any = published[f"{source}.{name}"]
        for word in rest:
            assert word in value, path
            value = value[word]
