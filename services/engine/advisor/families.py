"""The families of databases and their points: what the PIE pair gives, and what each answer adds or takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.engine.advisor.pie import Point, signed
from services.engine.advisor.questionnaire import WIRE_FAMILIES, Answers

FAMILIES: Mapping[str, str] = {
    "relational": "Aurora and RDS",
    "distributed-sql": "Aurora DSQL",
    "key-value": "DynamoDB",
    "document": "DocumentDB",
    "in-memory": "MemoryDB, ElastiCache",
    "wide-column": "Keyspaces",
    "graph": "Neptune",
    "time-series": "Timestream for InfluxDB",
    "search": "OpenSearch Service",
    "warehouse": "Redshift, Athena on S3",
}
BASE: Mapping[str, Mapping[str, int]] = {
    "PE": {"relational": 4, "document": 2, "distributed-sql": 1, "graph": 1, "search": 1},
    "IE": {"key-value": 4, "wide-column": 3, "distributed-sql": 2, "in-memory": 1, "document": 1, "time-series": 1},
    "PI": {"warehouse": 4, "search": 1, "graph": 1},
}
# What an item of a DynamoDB table may hold at most, in KB.
ITEM_LIMIT_KB = 400


@dataclass(frozen=True)
class Ranked:
    """A family with its sum and every point of it; `place` counts from 1."""

    family: str
    services: str
    total: int
    points: tuple[Point, ...]
    place: int

    @property
    def shown(self) -> str:
        """The sum with its sign, for people."""
        return signed(self.total)


def rank(answers: Answers, pair: str) -> tuple[Ranked, ...]:
    """All families, the best first; a tie stays in the order of FAMILIES."""
    points = [Point(family, value, f"the pair {pair}") for family, value in BASE[pair].items()]
    points += [point for because, changes in _changes(answers) for point in _points(because, changes)]
    sums = {family: [point for point in points if point.to == family] for family in FAMILIES}
    order = sorted(FAMILIES, key=lambda family: -sum(point.points for point in sums[family]))
    return tuple(
        Ranked(family, FAMILIES[family], sum(point.points for point in sums[family]), tuple(sums[family]), place)
        for place, family in enumerate(order, start=1)
    )


def _points(because: str, changes: Mapping[str, int]) -> Iterator[Point]:
    for family, value in changes.items():
        yield Point(family, value, because)


def _changes(answers: Answers) -> Iterator[tuple[str, Mapping[str, int]]]:
    """(the answer in words, family → points) for each answer that changes something."""
    yield from _asked(answers)
    yield from _shape(answers)
    yield from _speed(answers)
    yield from _size(answers)


def _asked(answers: Answers) -> Iterator[tuple[str, Mapping[str, int]]]:
    if answers.multi_entity_transactions:
        yield "several entities change together", {
            "relational": 2, "distributed-sql": 2, "key-value": -1, "in-memory": -2, "wide-column": -3,
            "warehouse": -3, "time-series": -3, "search": -4,
        }  # fmt: skip
    if (answers.relationship_depth or 0) >= 3:
        yield f"{answers.relationship_depth:g} relationships followed", {
            "graph": 7, "relational": -2, "document": -2, "key-value": -2,
        }  # fmt: skip
    if (answers.analytics_share or 0) >= 0.6:
        yield "most of the load is analytics", {"warehouse": 3, "key-value": -3, "wide-column": -3, "relational": -1}
    if answers.adhoc_queries == "heavy":
        yield "many unplanned questions", {"key-value": -3, "wide-column": -3}
    if answers.full_text:
        yield "text is searched by words", {"search": 6, "key-value": -2}


def _shape(answers: Answers) -> Iterator[tuple[str, Mapping[str, int]]]:
    if answers.time_ordered_append:
        yield "added in the order of time", {"time-series": 5, "wide-column": 1}
    if answers.flexible_documents:
        yield "nested documents", {"document": 4, "key-value": 1}
    if (answers.item_kb or 0) > ITEM_LIMIT_KB:
        yield f"items of {answers.item_kb:,g} KB", {"key-value": -4, "wide-column": -1}
    family = WIRE_FAMILIES.get(answers.wire_compat or "")
    if family:
        yield f"clients speak {answers.wire_compat}", {family: 3}


def _speed(answers: Answers) -> Iterator[tuple[str, Mapping[str, int]]]:
    if answers.p99_ms is not None and answers.p99_ms <= 1:
        yield "answers within 1 ms", {"in-memory": 6, "relational": -3, "document": -1}
    if answers.durable is False:
        yield "a loss is allowed", {"in-memory": 2}
    elif answers.durable and (answers.p99_ms is None or answers.p99_ms > 1):
        yield "nothing may be lost", {"in-memory": -2}


def _size(answers: Answers) -> Iterator[tuple[str, Mapping[str, int]]]:
    if answers.multi_region_writes:
        yield "written in several Regions", {"distributed-sql": 4, "key-value": 2, "relational": -3}
        if answers.consistency == "strong":
            yield "and read there at once", {"key-value": -1, "wide-column": -2}
    if (answers.peak_writes_s or 0) >= 20_000:
        yield f"{answers.peak_writes_s:,g} writes a second", {"relational": -2}
