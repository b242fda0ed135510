"""How often a metric may miss its condition: the limits of Argo's analysis runs, and Flagger's range and count of failed checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from deployments.engine.plan.reading import PlanError, closed, whole
from deployments.engine.thresholds.conditions import Condition

ARGO_KEYS = {
    "success", "failure", "interval_seconds", "initial_delay_seconds", "count", "failure_limit", "inconclusive_limit",
    "consecutive_error_limit", "consecutive_success_limit", "dry_run",
}  # fmt: skip
FLAGGER_KEYS = {"min", "max", "interval_seconds", "failed_checks"}
OFF = -1


@dataclass(frozen=True)
class Limits:
    """When a series of measurements has failed.

    interval_seconds 0: measured once. count 0: as long as it runs. failure_limit -1: failures never end it.
    missing_fails: no value is a failed check (Flagger), not an error (Argo). dry_run: never decides.
    """

    success: Condition | None
    failure: Condition | None = None
    interval_seconds: int = 60
    initial_delay_seconds: int = 0
    count: int = 0
    failure_limit: int = 0
    inconclusive_limit: int = 0
    consecutive_error_limit: int = 4
    consecutive_success_limit: int = 0
    missing_fails: bool = False
    dry_run: bool = False


def parse(raw: Any, where: str) -> Limits:
    """Read the limits of one metric: Flagger's where min or max is given, else Argo's. Raises PlanError."""
    if isinstance(raw, dict) and {"min", "max"} & raw.keys():
        return _flagger(closed(raw, FLAGGER_KEYS, where), where)
    item = closed(raw, ARGO_KEYS, where)
    success, failure = (Condition(item[key]) if item.get(key) else None for key in ("success", "failure"))
    if success is None and failure is None:
        raise PlanError(f"{where} needs min or max, or the conditions success or failure.")
    interval = whole(item, "interval_seconds", 60, 0, 86_400)
    dry_run = item.get("dry_run", False)
    if not isinstance(dry_run, bool):
        raise PlanError(f"{where}: dry_run is true or false.")
    return Limits(
        success,
        failure,
        interval,
        whole(item, "initial_delay_seconds", 0, 0, 86_400),
        # What is not measured again and again is measured once.
        whole(item, "count", 0, 0, 10_000) if interval else 1,
        whole(item, "failure_limit", 0, OFF, 10_000),
        whole(item, "inconclusive_limit", 0, 0, 10_000),
        whole(item, "consecutive_error_limit", 4, 0, 10_000),
        whole(item, "consecutive_success_limit", 0, 0, 10_000),
        dry_run=dry_run,
    )


def _flagger(item: Mapping[str, Any], where: str) -> Limits:
    bounds = []
    for key, sign in (("min", ">="), ("max", "<=")):
        value = item.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise PlanError(f"{where}: {key} is a number.")
        bounds.append(f"result {sign} {value:.17g}")
    interval = whole(item, "interval_seconds", 60, 10, 86_400)
    failed = whole(item, "failed_checks", 1, 1, 10_000)
    return Limits(Condition(" && ".join(bounds)), None, interval, failure_limit=failed - 1, missing_fails=True)
