"""The target's own streams: errors of requests, and latency where the kind of target has it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from deployments.engine.plan.queries import COUNTS
from deployments.judging.sources.contract import Asked, Row, Source
from deployments.judging.sources.streams import Reader, count_rows, value_rows
from deployments.models.judgement import BASELINE, CANARY, SIDES
from deployments.targets.contract import Counts, Streams, of

ALL = "all"
Take = Callable[[], list[Row]]


def read(asked: Asked) -> dict[str, list[Row]]:
    """Rows by metric, in one read. Nothing where the kind of target does not tell its versions apart. Raises AwsError."""
    streams = of(asked.target).streams(asked.target)
    if streams is None:
        return {}
    reader = Reader()
    takers: dict[str, Take] = {
        metric.name: (_counts if metric.kind == COUNTS else _latency)(reader, asked, streams)
        for metric in asked.metrics
    }
    reader.read(asked)
    return {name: take() for name, take in takers.items()}


def _counts(reader: Reader, asked: Asked, streams: Streams) -> Take:
    sides = {CANARY: streams.canary, BASELINE: streams.baseline}
    if asked.whole and streams.all is not None:
        sides[ALL] = streams.all
    places = {side: (reader.ask(counts.requests), reader.ask(counts.errors)) for side, counts in sides.items()}
    return partial(_count_rows, reader, sides, places)


def _count_rows(reader: Reader, sides: dict[str, Counts], places: dict[str, tuple[slice, slice]]) -> list[Row]:
    """A target that serves one version alone may be counted without the version."""
    rows = {
        side: count_rows(CANARY if side == ALL else side, sides[side], *(reader.series(place) for place in pair))
        for side, pair in places.items()
    }
    return (rows[CANARY] or rows.get(ALL, [])) + rows[BASELINE]


def _latency(reader: Reader, asked: Asked, streams: Streams) -> Take:
    known = streams.latency or {}
    places = {side: reader.ask([known[side]]) for side in SIDES if side in known}
    return lambda: [row for side, place in places.items() for row in value_rows(side, reader.series(place)[0])]


SOURCE = Source("target", "The target's own streams", read, order=10)
