"""The checks on meshes and databases pass, fail and stay away when they should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scorecards.engine.check import compile_check, judge
from scorecards.engine.evidence import Evidence, Snapshot

from .test_mesh import item

NOW = 1_800_000_000.0
FILE = Path(__file__).parents[2] / "services" / "checks.yaml"
CHECKS = {check["id"]: check for check in yaml.safe_load(FILE.read_text())["checks"]}
SOUND: dict[str, Any] = {
    "routes_without_retry": [], "routes_without_timeout": [], "encrypted": True, "technology": "VPC Lattice",
    "supported": True,
}  # fmt: skip


def state(check: str, **facts: Any) -> str:
    """The check's state for a service with these facts; __ stands for the dot in a key."""
    values = {key.replace("__", ".").replace("_", "-"): value for key, value in facts.items()}
    evidence = {key: Evidence(key, value, NOW - 60, "test", None) for key, value in values.items()}
    return judge(compile_check(CHECKS[f"services.{check}"]), Snapshot(evidence, NOW))


def mesh(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(rows), "count": len(rows)}


@pytest.mark.parametrize(
    ("check", "fields"),
    [
        ("mesh-careful", {"routes_without_retry": ["plan"]}),
        ("mesh-careful", {"routes_without_timeout": ["plan"]}),
        ("mesh-tls", {"encrypted": False}),
        ("mesh-supported", {"supported": False}),
    ],
)
def test_one_mesh_with_a_fault_is_enough_to_fail(check: str, fields: dict[str, Any]) -> None:
    sound, wrong = item(**SOUND), item(**{**SOUND, **fields})
    assert state(check, aws__mesh=mesh(sound)) == "pass"
    assert state(check, aws__mesh=mesh(sound, wrong)) == "fail"


@pytest.mark.parametrize("check", ["mesh-careful", "mesh-tls", "mesh-supported", "mesh-fits-members"])
def test_checks_of_meshes_stay_away_from_services_without_one(check: str) -> None:
    assert state(check, aws__lambda=mesh()) in {"not_applicable", "unknown"}
    assert state(check, aws__mesh=mesh(), catalog__mesh={"technologies": [], "misfits": []}) == "not_applicable"


def test_a_function_in_a_mesh_of_proxies_fails() -> None:
    assert state("mesh-fits-members", catalog__mesh={"technologies": ["VPC Lattice"], "misfits": []}) == "pass"
    assert state("mesh-fits-members", catalog__mesh={"technologies": ["App Mesh"], "misfits": ["f"]}) == "fail"


@pytest.mark.parametrize(
    ("match", "said"),
    [("match", "pass"), ("mismatch", "fail"), ("unanswered", "not_applicable"), ("none", "not_applicable")],
)
def test_a_database_is_judged_where_the_team_has_answered(match: str, said: str) -> None:
    assert state("database-match", catalog__database_advice={"match": match, "retired": []}) == said


def test_a_database_that_aws_has_closed_fails_whatever_was_answered() -> None:
    closed = {"match": "unanswered", "retired": ["journal (Amazon QLDB)"]}
    assert state("no-retired-database", catalog__database_advice=closed) == "fail"
    assert state("no-retired-database", catalog__database_advice={**closed, "retired": []}) == "pass"
