"""Faults of functions."""

from __future__ import annotations

from tests.chaos.faults.case import PLACE, Case, Stage

SUGGEST = {**PLACE, "function": "suggest"}


def concurrency(stage: Stage) -> int | None:
    answer = stage.client("lambda").get_function_concurrency(FunctionName="suggest")
    found = answer.get("ReservedConcurrentExecutions")
    return None if found is None else int(found)


def _give(stage: Stage) -> None:
    stage.client("lambda").put_function_concurrency(FunctionName="suggest", ReservedConcurrentExecutions=7)


OFF = Case(
    "lambda-concurrency-zero", SUGGEST, concurrency, ("lambda", "DeleteFunctionConcurrency"),
    {**PLACE, "function": "checkout"}, "not a function of suggest", service="suggest",
    facts={"aws.lambda": {"items": [{**PLACE, "name": "suggest"}], "count": 1}},
    theirs=_give, kept=lambda stage: concurrency(stage) == 7,
)  # fmt: skip
CASES = {"function-off": OFF}
