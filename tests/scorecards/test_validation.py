"""Claims about faulty definitions: each is refused with the field that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from scorecards.engine.check import compile_check
from scorecards.engine.validate import DEPTH, problems

GOOD: dict[str, Any] = {
    "id": "services.lambda-tracing", "pillar": "operationalExcellence", "title": "Every function is traced",
    "why": "Why.", "fix": "Fix.", "effort": 20, "weight": 4, "level": "silver",
    "applies": {"path": "aws.lambda.items", "op": "exists"},
    "when": {"path": "aws.lambda.items[*].tracing", "op": "eq", "value": "Active"}, "max_age": 172800,
}  # fmt: skip


def fields(definition: dict[str, Any], app: str = "") -> list[tuple[str | int, ...]]:
    return [problem.field for problem in problems(definition, app=app)]


def test_a_good_definition_has_no_problem_and_compiles() -> None:
    assert problems(GOOD, app="services") == []
    assert compile_check(GOOD).keys == {"aws.lambda"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "Lambda"}, ("id",)),
        ({"pillar": 3}, ("pillar",)),
        ({"title": ""}, ("title",)),
        ({"level": "platinum"}, ("level",)),
        ({"weight": 11}, ("weight",)),
        ({"weight": True}, ("weight",)),
        ({"effort": None}, ("effort",)),
        ({"max_age": 0}, ("max_age",)),
        ({"colour": "red"}, ("colour",)),
        ({"when": []}, ("when",)),
        ({"when": {"all": []}}, ("when", "all")),
        ({"when": {"all": [{"path": "a", "op": "eq", "value": 1}]}}, ("when", "all", 0, "path")),
        ({"when": {"not": {"path": "a.b.c", "op": "like", "value": 1}}}, ("when", "not", "op")),
        ({"when": {"path": "a.b.c", "op": "eq"}}, ("when", "value")),
        ({"when": {"path": "a.b.c", "op": "exists", "value": 1}}, ("when", "value")),
        ({"when": {"path": "a.b.c", "op": "in", "value": 1}}, ("when", "value")),
        ({"when": {"path": "a.b.c", "op": "eq", "value": 1, "some": True}}, ("when", "some")),
        ({"when": {"path": "a.b.c", "op": "eq", "value": {"deep": 1}}}, ("when", "value")),
        ({"when": {"path": "a.b.c", "op": "within_days", "value": -1}}, ("when", "value")),
        ({"applies": {"any": [], "path": "a.b"}}, ("applies",)),
    ],
)
def test_a_fault_names_its_field(change: dict[str, Any], field: tuple[str | int, ...]) -> None:
    assert field in fields({**GOOD, **change})


def test_a_check_belongs_to_the_plugin_in_whose_file_it_stands() -> None:
    assert fields(GOOD, app="chaos") == [("id",)]


def test_a_condition_nested_too_deep_is_refused() -> None:
    tree: dict[str, Any] = {"path": "a.b.c", "op": "exists"}
    for _ in range(DEPTH + 1):
        tree = {"not": tree}
    assert any("nested deeper" in problem.message for problem in problems({**GOOD, "when": tree}))


def test_a_condition_with_too_many_parts_is_refused() -> None:
    tree = {"any": [{"path": "a.b.c", "op": "exists"}] * 200}
    assert any("more than" in problem.message for problem in problems({**GOOD, "when": tree}))


def test_something_that_is_no_mapping_is_refused() -> None:
    assert [str(problem) for problem in problems("check")]
