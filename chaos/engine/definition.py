"""Read an experiment's hypothesis and stop conditions from JSON: closed key sets, sizes capped, every fault named.

Nothing in a definition is ever executed, imported or opened: a probe can only name a source and a range.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from chaos.engine.hypothesis import OK, Hypothesis, Probe, Tolerance
from chaos.engine.shape import Invalid, key, number, table, text, whole
from chaos.engine.source_shapes import SHAPES, denominator
from chaos.engine.sources import Alarm, Http, Metric, Source, Steady
from chaos.engine.steady import WORSE_AT
from chaos.engine.stopping import StopCondition

__all__ = ["Invalid", "hypothesis", "stop_conditions"]

MAX_PROBES = 8
FINE_PERIODS = (1, 5, 10, 30)
JUDGED = {Http: (OK, Tolerance(low=1)), Alarm: (OK, Tolerance(low=1)), Steady: ("to 1", Tolerance(high=WORSE_AT))}
"""Unit and tolerance of the sources that say themselves what is expected."""


def hypothesis(data: Any, field: str = "hypothesis") -> Hypothesis:
    """Read {"sentence": …, "probes": [...]}. Raises Invalid."""
    found = table(data, field, {"sentence", "probes"}, {"sentence", "probes"})
    rows = found["probes"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_PROBES:
        raise Invalid(f"{field}.probes", f"Give a list of 1 to {MAX_PROBES} probes.")
    probes = tuple(_probe(row, f"{field}.probes[{n}]") for n, row in enumerate(rows))
    twice = {p.key for p in probes if sum(1 for q in probes if q.key == p.key) > 1}
    if twice:
        raise Invalid(f"{field}.probes", f"Give each probe its own key: {', '.join(sorted(twice))} is used twice.")
    return Hypothesis(text(found["sentence"], f"{field}.sentence"), probes)


def stop_conditions(data: Any, known: Collection[str], field: str = "stop_conditions") -> tuple[StopCondition, ...]:
    """Read [{"probe": key, "tolerance": {...}}]; `known` are the keys of the probes. Raises Invalid."""
    if not isinstance(data, list) or len(data) > MAX_PROBES:
        raise Invalid(field, f"Give a list of at most {MAX_PROBES} stop conditions.")
    found = []
    for place, row in enumerate(data):
        here = f"{field}[{place}]"
        given = table(row, here, {"probe", "tolerance"}, {"probe", "tolerance"})
        if not isinstance(given["probe"], str) or given["probe"] not in known:
            raise Invalid(f"{here}.probe", f"Name a probe of the hypothesis: {', '.join(sorted(known))}.")
        found.append(StopCondition(given["probe"], _tolerance(given["tolerance"], f"{here}.tolerance")))
    return tuple(found)


def _probe(data: Any, field: str) -> Probe:
    allowed = {"key", "title", "unit", "tolerance", "window", "period", "per", *SHAPES}
    row = table(data, field, allowed, {"key", "title"})
    name, title = key(row["key"], f"{field}.key"), text(row["title"], f"{field}.title")
    source = _source(row, field)
    window = whole(row.get("window", 60), f"{field}.window", 10, 3600)
    period = whole(row.get("period", 60), f"{field}.period", 1, 3600)
    if period not in FINE_PERIODS and period % 60:
        raise Invalid(f"{field}.period", "Use 1, 5, 10, 30 or a multiple of 60 seconds, as CloudWatch does.")
    unit, tolerance = JUDGED.get(type(source), ("", None))
    if tolerance is None:
        if "tolerance" not in row:
            raise Invalid(f"{field}.tolerance", "This is missing.")
        tolerance = _tolerance(row["tolerance"], f"{field}.tolerance")
        unit = text(row.get("unit", ""), f"{field}.unit", empty=True)
    elif given := sorted({"tolerance", "unit"} & set(row)):
        raise Invalid(f"{field}.{given[0]}", "Leave this out: the source itself says what is expected.")
    return Probe(name, title, unit, source, tolerance, window, period)


def _source(row: Any, field: str) -> Source:
    """The one source of a probe; `per` belongs to a metric. Raises Invalid."""
    given = [name for name in SHAPES if row.get(name) is not None]
    if len(given) != 1:
        said = f"not {' and '.join(given)}" if given else "none is there"
        raise Invalid(f"{field}.{given[1] if given else 'metric'}", f"Give one of {', '.join(SHAPES)}; {said}.")
    source = SHAPES[given[0]](row[given[0]], f"{field}.{given[0]}")
    if not row.get("per"):
        return source
    if not isinstance(source, Metric):
        raise Invalid(f"{field}.per", "Only a metric can be divided by another: leave it out.")
    return replace(source, per=denominator(row["per"], f"{field}.per"))


def _tolerance(data: Any, field: str) -> Tolerance:
    choice = 'Use {"at_least": n}, {"at_most": n} or {"between": [low, high]}.'
    if not isinstance(data, dict) or len(data) != 1:
        raise Invalid(field, choice)
    (word, value) = next(iter(data.items()))
    if word == "at_least":
        return Tolerance(low=number(value, field))
    if word == "at_most":
        return Tolerance(high=number(value, field))
    if word != "between" or not isinstance(value, list) or len(value) != 2:
        raise Invalid(field, choice)
    low, high = number(value[0], field), number(value[1], field)
    if low > high:
        raise Invalid(field, "Give the lower bound first.")
    return Tolerance(low, high)
