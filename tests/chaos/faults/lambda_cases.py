"""Faults of functions by their settings and versions."""

from __future__ import annotations

from typing import Any

from tests.chaos.faults.case import Case, Stage
from tests.chaos.faults.policy_cases import REFUNDS
from tests.chaos.faults.store_cases import IRELAND, known


def settings(stage: Stage) -> dict[str, int]:
    row = stage.client("lambda", "eu-west-1").get_function_configuration(FunctionName="refunds")
    return {"timeout": row["Timeout"], "memory": row["MemorySize"]}


def _set(**wanted: Any) -> Any:
    def act(stage: Stage) -> None:
        stage.client("lambda", "eu-west-1").update_function_configuration(FunctionName="refunds", **wanted)

    return act


def alias(stage: Stage) -> tuple[str, dict[str, float]]:
    row = stage.client("lambda", "eu-west-1").get_alias(FunctionName="checkout", Name="live")
    return row["FunctionVersion"], (row.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


def _release(stage: Stage) -> None:
    stage.client("lambda", "eu-west-1").update_alias(
        FunctionName="checkout", Name="live", FunctionVersion="40", RoutingConfig={"AdditionalVersionWeights": {}}
    )


FUNCTION = {**IRELAND, "function": "refunds"}
OTHER = {**IRELAND, "function": "events"}
SLOW = ("lambda", "UpdateFunctionConfiguration")
TIMEOUT = Case(
    "lambda-timeout", {**FUNCTION, "timeout": "1"}, settings, SLOW, {**OTHER, "timeout": "1"},
    "not a function of refunds", service="refunds", facts=REFUNDS, theirs=_set(Timeout=30),
    kept=lambda stage: settings(stage)["timeout"] == 30,
)  # fmt: skip
MEMORY = Case(
    "lambda-memory", {**FUNCTION, "memory": "128"}, settings, SLOW, {**OTHER, "memory": "128"},
    "not a function of refunds", service="refunds", facts=REFUNDS, theirs=_set(MemorySize=1024),
    kept=lambda stage: settings(stage)["memory"] == 1024,
)  # fmt: skip
WANTED = {"alias": "live", "version": "42", "percent": "10"}
VERSION = Case(
    "lambda-version", {**IRELAND, "function": "checkout", **WANTED}, alias, ("lambda", "UpdateAlias"),
    {**OTHER, **WANTED}, "not a function of checkout", service="checkout",
    facts=known("aws.lambda", IRELAND, "checkout"), theirs=_release, kept=lambda stage: alias(stage)[0] == "40",
)  # fmt: skip
WHOLE = Case(
    "lambda-version", {**IRELAND, "function": "checkout", **WANTED, "percent": "100"}, alias, ("lambda", "UpdateAlias"),
    {**OTHER, **WANTED}, "not a function of checkout", service="checkout", facts=known("aws.lambda", IRELAND, "checkout"),
)  # fmt: skip
CASES = {"fn-timeout": TIMEOUT, "fn-memory": MEMORY, "fn-version": VERSION, "fn-version-whole": WHOLE}
