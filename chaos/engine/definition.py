"""Read an experiment's hypothesis and stop conditions from JSON: closed key sets, sizes capped, every fault named.

Nothing in a definition is ever executed, imported or opened: a probe can only name a metric and a range.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import Any

from chaos.engine.hypothesis import Hypothesis, Metric, Probe, Tolerance
from chaos.engine.stopping import StopCondition

MAX_PROBES = 8
MAX_TEXT = 300
STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
FINE_PERIODS = (1, 5, 10, 30)
KEY = re.compile(r"^[a-z][a-z0-9-]{0,39}$")


class Invalid(ValueError):
    """A definition that cannot be used: `field` says where, the message what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def hypothesis(data: Any, field: str = "hypothesis") -> Hypothesis:
    """Read {"sentence": …, "probes": [...]}. Raises Invalid."""
    table = _table(data, field, {"sentence", "probes"}, {"sentence", "probes"})
    rows = table["probes"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_PROBES:
        raise Invalid(f"{field}.probes", f"Give a list of 1 to {MAX_PROBES} probes.")
    probes = tuple(_probe(row, f"{field}.probes[{n}]") for n, row in enumerate(rows))
    twice = {p.key for p in probes if sum(1 for q in probes if q.key == p.key) > 1}
    if twice:
        raise Invalid(f"{field}.probes", f"Give each probe its own key: {', '.join(sorted(twice))} is used twice.")
    return Hypothesis(_text(table["sentence"], f"{field}.sentence"), probes)


def stop_conditions(data: Any, known: Collection[str], field: str = "stop_conditions") -> tuple[StopCondition, ...]:
    """Read [{"probe": key, "tolerance": {...}}]; `known` are the keys of the probes. Raises Invalid."""
    if not isinstance(data, list) or len(data) > MAX_PROBES:
        raise Invalid(field, f"Give a list of at most {MAX_PROBES} stop conditions.")
    found = []
    for number, row in enumerate(data):
        here = f"{field}[{number}]"
        table = _table(row, here, {"probe", "tolerance"}, {"probe", "tolerance"})
        if table["probe"] not in known:
            raise Invalid(f"{here}.probe", f"Name a probe of the hypothesis: {', '.join(sorted(known))}.")
        found.append(StopCondition(table["probe"], _tolerance(table["tolerance"], f"{here}.tolerance")))
    return tuple(found)


def _probe(data: Any, field: str) -> Probe:
    needed = {"key", "title", "metric", "tolerance"}
    table = _table(data, field, needed | {"unit", "per", "window", "period"}, needed)
    if not isinstance(table["key"], str) or not KEY.match(table["key"]):
        raise Invalid(f"{field}.key", "Use a short lower-case word with dashes, such as healthy-hosts.")
    window = _whole(table.get("window", 60), f"{field}.window", 10, 3600)
    period = _whole(table.get("period", 60), f"{field}.period", 1, 3600)
    if period not in FINE_PERIODS and period % 60:
        raise Invalid(f"{field}.period", "Use 1, 5, 10, 30 or a multiple of 60 seconds, as CloudWatch does.")
    return Probe(
        key=table["key"],
        title=_text(table["title"], f"{field}.title"),
        unit=_text(table.get("unit", ""), f"{field}.unit", empty=True),
        metric=_metric(table["metric"], f"{field}.metric"),
        per=_metric(table["per"], f"{field}.per") if table.get("per") else None,
        tolerance=_tolerance(table["tolerance"], f"{field}.tolerance"),
        window=window,
        period=period,
    )


def _metric(data: Any, field: str) -> Metric:
    table = _table(data, field, {"namespace", "name", "dimensions", "statistic", "missing"}, {"namespace", "name"})
    dimensions = table.get("dimensions", {})
    if not isinstance(dimensions, dict) or len(dimensions) > 30:
        raise Invalid(f"{field}.dimensions", "Give an object of at most 30 names and values.")
    statistic, missing = table.get("statistic", "Average"), table.get("missing", "unknown")
    if statistic not in STATISTICS:
        raise Invalid(f"{field}.statistic", f"Use one of {', '.join(STATISTICS)}.")
    if missing not in ("unknown", "zero"):
        raise Invalid(
            f"{field}.missing", 'Use "unknown", or "zero" for a metric that is only published when it happens.'
        )
    pairs = sorted(
        (_text(k, f"{field}.dimensions"), _text(v, f"{field}.dimensions.{k}")) for k, v in dimensions.items()
    )
    namespace, name = _text(table["namespace"], f"{field}.namespace"), _text(table["name"], f"{field}.name")
    return Metric(namespace, name, tuple(pairs), statistic, missing)


def _tolerance(data: Any, field: str) -> Tolerance:
    choice = 'Use {"at_least": n}, {"at_most": n} or {"between": [low, high]}.'
    if not isinstance(data, dict) or len(data) != 1:
        raise Invalid(field, choice)
    (word, value) = next(iter(data.items()))
    if word == "at_least":
        return Tolerance(low=_number(value, field))
    if word == "at_most":
        return Tolerance(high=_number(value, field))
    if word != "between" or not isinstance(value, list) or len(value) != 2:
        raise Invalid(field, choice)
    low, high = _number(value[0], field), _number(value[1], field)
    if low > high:
        raise Invalid(field, "Give the lower bound first.")
    return Tolerance(low, high)


def _table(data: Any, field: str, allowed: set[str], needed: set[str]) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise Invalid(field, f"Give an object with {', '.join(sorted(needed))}.")
    unknown = sorted(str(key) for key in data if key not in allowed)
    if unknown:
        raise Invalid(f"{field}.{unknown[0]}"[:200], f"Unknown key. Known keys: {', '.join(sorted(allowed))}.")
    missing = sorted(needed - set(data))
    if missing:
        raise Invalid(f"{field}.{missing[0]}", "This is missing.")
    return data


def _text(value: Any, field: str, *, empty: bool = False) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or not (value.strip() or empty) or "\x00" in value:
        raise Invalid(field, f"Give a text of at most {MAX_TEXT} characters.")
    return value.strip()


def _number(value: Any, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e15:
        raise Invalid(field, "Give a number.")
    return float(value)


def _whole(value: Any, field: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid(field, f"Give a whole number of seconds from {low} to {high}.")
    return value
