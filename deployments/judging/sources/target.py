"""The target's own streams: errors of requests, and latency where the kind of target has it."""

from __future__ import annotations

from deployments.engine.plan.queries import COUNTS
from deployments.judging.sources.contract import SIDES, Asked, Row, Source
from deployments.judging.sources.streams import Reader, count_rows, value_rows
from deployments.models.judgement import CANARY
from deployments.targets.contract import Streams, of


def read(asked: Asked) -> dict[str, list[Row]]:
    """Rows by metric. A target that serves one version alone may be counted without the version. Raises AwsError."""
    streams = of(asked.target).streams(asked.target)
    if streams is None:
        return {}
    found: dict[str, list[Row]] = {}
    for metric in asked.metrics:
        found[metric.name] = _counts(asked, streams) if metric.kind == COUNTS else _latency(asked, streams)
    return found


def _counts(asked: Asked, streams: Streams) -> list[Row]:
    sides = {"canary": streams.canary, "baseline": streams.baseline}
    if asked.whole and streams.all is not None:
        sides["all"] = streams.all
    reader = Reader()
    places = {side: (reader.ask(counts.requests), reader.ask(counts.errors)) for side, counts in sides.items()}
    reader.read(asked)
    rows = {
        side: count_rows(CANARY if side == "all" else side, sides[side], *(reader.series(place) for place in pair))
        for side, pair in places.items()
    }
    if not rows["canary"]:
        rows["canary"] = rows.get("all", [])
    return rows["canary"] + rows["baseline"]


def _latency(asked: Asked, streams: Streams) -> list[Row]:
    known = {side: streams.latency[side] for side in SIDES if side in streams.latency} if streams.latency else {}
    reader = Reader()
    places = {side: reader.ask([metric]) for side, metric in known.items()}
    reader.read(asked)
    return [row for side, place in places.items() for row in value_rows(side, reader.series(place)[0])]


SOURCE = Source("target", "The target's own streams", read, order=10)
