"""How a plan says where a metric comes from: the query of each source, checked before a rollout needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deployments.engine.plan.reading import PlanError, closed

TARGET, CLOUDWATCH, PROMETHEUS, PUSHED = "target", "cloudwatch", "prometheus", "pushed"
SOURCES = (TARGET, CLOUDWATCH, PROMETHEUS, PUSHED)
COUNTS, LATENCY, VALUE = "counts", "latency", "value"
KINDS = (COUNTS, LATENCY, VALUE)
VERSION, PERIOD = "$version", "$period"
PLAIN_STATISTICS = ("Sum", "Average", "Minimum", "Maximum", "SampleCount")
STATISTIC = re.compile(r"p\d{1,2}(\.\d{1,2})?|p100|" + "|".join(PLAIN_STATISTICS))
LONGEST_QUERY = 2000
STREAM_KEYS = {"namespace", "name", "dimensions", "statistic"}


def parse(raw: Any, source: str, kind: str, where: str) -> Mapping[str, Any]:
    """The query of one metric, with its defaults filled in. Raises PlanError."""
    if source == CLOUDWATCH:
        return _cloudwatch(raw, kind, where)
    if source == PROMETHEUS:
        return _prometheus(raw, kind, where)
    if raw:
        raise PlanError(f"{where}: metrics of the source {source} have no query.")
    return {}


def series(kind: str) -> tuple[str, ...]:
    """The names of the streams that a metric of this kind needs."""
    return ("requests", "errors") if kind == COUNTS else ("value",)


def _cloudwatch(raw: Any, kind: str, where: str) -> Mapping[str, Any]:
    item = closed(raw, set(series(kind)), where)
    return {name: _stream(item.get(name), kind, f"{where}.{name}") for name in series(kind)}


def _stream(raw: Any, kind: str, where: str) -> Mapping[str, Any]:
    item = closed(raw, STREAM_KEYS, where)
    for key in ("namespace", "name"):
        if not isinstance(item.get(key), str) or not 0 < len(item[key]) <= 255:
            raise PlanError(f"{where}.{key} is a text of 1 to 255 characters.")
    dimensions = item.get("dimensions", {})
    if not isinstance(dimensions, dict) or len(dimensions) > 30 or not all(map(_short, dimensions.items())):
        raise PlanError(f"{where}.dimensions is an object of at most 30 names and values.")
    if not any(VERSION in value for value in dimensions.values()):
        raise PlanError(f"{where}.dimensions: one value names {VERSION}, or both versions would be the same stream.")
    statistic = item.get("statistic", "Sum" if kind == COUNTS else "Average")
    if not isinstance(statistic, str) or not STATISTIC.fullmatch(statistic) or (kind == COUNTS and statistic != "Sum"):
        raise PlanError(
            f"{where}.statistic is Sum for counts, else one of {', '.join(PLAIN_STATISTICS)} or p0 to p100."
        )
    return {"namespace": item["namespace"], "name": item["name"], "dimensions": dimensions, "statistic": statistic}


def _short(pair: tuple[Any, Any]) -> bool:
    return all(isinstance(text, str) and 0 < len(text) <= 255 for text in pair)


def _prometheus(raw: Any, kind: str, where: str) -> Mapping[str, Any]:
    names = (*series(kind), "histogram") if kind == LATENCY else series(kind)
    item = closed(raw, {"server", *names}, where)
    server = item.get("server", "default")
    if not isinstance(server, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", server):
        raise PlanError(f"{where}.server is the name of a server that an admin has set up.")
    given = {name: item[name] for name in names if name in item}
    if kind == LATENCY and len(given) != 1:
        raise PlanError(f"{where} has either a value or a histogram (a sum by le of increases).")
    if kind != LATENCY and set(given) != set(names):
        raise PlanError(f"{where} needs the queries {', '.join(names)}.")
    for name, query in given.items():
        if not isinstance(query, str) or not 0 < len(query) <= LONGEST_QUERY:
            raise PlanError(f"{where}.{name} is a query of at most {LONGEST_QUERY} characters.")
        if VERSION not in query:
            raise PlanError(f"{where}.{name} names {VERSION}, or both versions would be the same series.")
    return {"server": server, **given}
