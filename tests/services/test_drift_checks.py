"""The checks that read `catalog.drift` pass, fail, and stay away where there is nothing to judge."""

from __future__ import annotations

from typing import Any

import pytest

from scorecards.engine.check import compile_check, judge
from scorecards.engine.evidence import Evidence, Snapshot

from .test_checks import CHECKS

NOW = 1_800_000_000.0
AGREED: dict[str, Any] = {"declared": 1, "owner_agrees": True, "missing": [], "undeclared": []}


def state(name: str, value: dict[str, Any]) -> str:
    check = compile_check(next(check for check in CHECKS if check["id"] == f"services.{name}"))
    evidence = Evidence("catalog.drift", value, NOW - 60, "aws", NOW + 60)
    return judge(check, Snapshot({"catalog.drift": evidence}, NOW))


@pytest.mark.parametrize(
    ("name", "wrong", "silent"),
    [
        ("owner-agrees", {"owner_agrees": False}, "owner_agrees"),
        ("dependencies-exist", {"missing": ["archive"]}, "declared"),
        ("dependencies-named", {"undeclared": ["orders"]}, "declared"),
    ],
)
def test_drift_fails_the_check_agreement_passes_it(name: str, wrong: dict[str, Any], silent: str) -> None:
    assert state(name, AGREED) == "pass"
    assert state(name, AGREED | wrong) == "fail"
    assert state(name, {key: value for key, value in AGREED.items() if key != silent}) == "not_applicable"


def test_resources_that_could_not_be_looked_for_are_unknown() -> None:
    assert state("dependencies-exist", {"declared": 1, "undeclared": []}) == "unknown"


@pytest.mark.parametrize("name", ["dependencies-exist", "dependencies-named"])
def test_a_descriptor_without_resources_is_out_of_scope(name: str) -> None:
    assert state(name, AGREED | {"declared": 0}) == "not_applicable"
