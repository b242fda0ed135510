"""The checks that come with deployments are complete, and ask for fields that the facts have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

import deployments
from deployments.report import SOURCE

CHECKS: list[dict[str, Any]] = yaml.safe_load((Path(deployments.__file__).parent / "checks.yaml").read_text())["checks"]


def test_each_check_says_why_and_how_to_mend_it() -> None:
    assert len(CHECKS) >= 6
    assert len({check["id"] for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check["id"].startswith("deployments.")
        assert len(check["why"]) > 30
        assert len(check["fix"]) > 30
        assert 1 <= check["weight"] <= 10


def test_each_path_of_our_own_facts_is_one_that_is_published() -> None:
    known = set(SOURCE.schema)
    for path in re.findall(r"deployments\.(?:rollout|pipeline)[\w.\[\]*]+", yaml.safe_dump(CHECKS)):
        assert path in known or any(name.startswith(f"{path}[*]") for name in known), path
