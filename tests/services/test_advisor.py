"""The advisor adds up points that anybody can follow; evidence never flips what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.advisor.cache import cache_advice
from services.engine.advisor.families import FAMILIES, rank
from services.engine.advisor.pie import pie
from services.engine.advisor.questionnaire import QUESTIONS, WIRE_FAMILIES, Answers, Invalid, read
from services.engine.advisor.stores import RETIRED, Store, in_use
from services.engine.advisor.verdict import advise

RELATIONAL = Store("db", "postgres", "relational")
TABLE = Store("table", "dynamodb", "key-value")


def _answer(name: str) -> st.SearchStrategy[Any]:
    question = next(question for question in QUESTIONS if question.name == name)
    if question.kind == "yes":
        return st.none() | st.booleans()
    if question.kind == "choice":
        return st.none() | st.sampled_from([key for key, _ in question.choices])
    return st.none() | st.floats(0, min(question.high, 1e6)) | st.sampled_from([0.0, 1.0]).map(float)


answers = st.builds(read, st.fixed_dictionaries({question.name: _answer(question.name) for question in QUESTIONS}))


@pytest.mark.parametrize(
    ("given", "letter", "points"),
    [
        ({"access_patterns": "partly"}, "P", 1), ({"access_patterns": "unknown"}, "P", 3),
        ({"access_patterns": "known"}, "P", 0), ({"adhoc_queries": "some"}, "P", 1), ({"adhoc_queries": "heavy"}, "P", 3),
        ({"relationship_depth": 1}, "P", 0), ({"relationship_depth": 2}, "P", 2), ({"analytics_share": 0.19}, "P", 0),
        ({"analytics_share": 0.2}, "P", 1), ({"analytics_share": 0.6}, "P", 3), ({"multi_entity_transactions": True}, "P", 1),
        ({"data_size_gb": 999}, "I", 0), ({"data_size_gb": 1000}, "I", 1), ({"data_size_gb": 10_000}, "I", 3),
        ({"peak_writes_s": 2000}, "I", 1), ({"peak_writes_s": 20_000}, "I", 3), ({"peak_reads_s": 20_000}, "I", 1),
        ({"peak_reads_s": 100_000}, "I", 2), ({"multi_region_writes": True}, "I", 2), ({"p99_ms": 1001}, "E", 0),
        ({"p99_ms": 1000}, "E", 1), ({"p99_ms": 100}, "E", 2), ({"p99_ms": 10}, "E", 3),
        ({"concurrent_requests_s": 9}, "E", 0), ({"concurrent_requests_s": 10}, "E", 1),
        ({"concurrent_requests_s": 100}, "E", 2),
    ],
)  # fmt: skip
def test_each_answer_gives_its_points_to_its_letter(given: dict[str, Any], letter: str, points: int) -> None:
    said = pie(read(given))
    assert said.totals[letter] == points
    assert sum(said.totals.values()) == points


def test_a_tie_goes_to_efficiency_then_patterns() -> None:
    assert pie(Answers()).pair == "PE"
    assert pie(read({"data_size_gb": 1000, "adhoc_queries": "some", "p99_ms": 1000})).pair == "PE"


def test_a_third_letter_within_a_point_is_a_tension_but_nothing_is_none() -> None:
    assert pie(read({"data_size_gb": 1000, "adhoc_queries": "some", "p99_ms": 1000})).tension
    assert not pie(read({"adhoc_queries": "some", "p99_ms": 1000})).tension
    assert not pie(Answers()).tension


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        ({"multi_entity_transactions": True},
         {"relational": 2, "distributed-sql": 2, "key-value": -1, "in-memory": -2, "wide-column": -3, "warehouse": -3,
          "time-series": -3, "search": -4}),
        ({"relationship_depth": 3}, {"graph": 7, "relational": -2, "document": -2, "key-value": -2}),
        ({"time_ordered_append": True}, {"time-series": 5, "wide-column": 1}),
        ({"full_text": True}, {"search": 6, "key-value": -2}),
        ({"flexible_documents": True}, {"document": 4, "key-value": 1}),
        ({"p99_ms": 1}, {"in-memory": 6, "relational": -3, "document": -1}),
        ({"durable": False}, {"in-memory": 2}),
        ({"durable": True, "p99_ms": 20}, {"in-memory": -2}),
        ({"durable": True, "p99_ms": 1}, {"in-memory": 6, "relational": -3, "document": -1}),
        ({"multi_region_writes": True}, {"distributed-sql": 4, "key-value": 2, "relational": -3}),
        ({"multi_region_writes": True, "consistency": "strong"},
         {"distributed-sql": 4, "key-value": 1, "relational": -3, "wide-column": -2}),
        ({"consistency": "strong"}, {}),
        ({"wire_compat": "mongodb"}, {"document": 3}),
        ({"wire_compat": "none"}, {}),
        ({"analytics_share": 0.6}, {"warehouse": 3, "key-value": -3, "wide-column": -3, "relational": -1}),
        ({"adhoc_queries": "heavy"}, {"key-value": -3, "wide-column": -3}),
        ({"item_kb": 401}, {"key-value": -4, "wide-column": -1}),
        ({"item_kb": 400}, {}),
        ({"peak_writes_s": 20_000}, {"relational": -2}),
    ],
)  # fmt: skip
def test_each_answer_changes_the_families_that_it_should(given: dict[str, Any], changes: dict[str, int]) -> None:
    def totals(said: Answers) -> dict[str, int]:
        return {entry.family: entry.total for entry in rank(said, "PE")}

    before, after = totals(Answers()), totals(read(given))
    assert {name: after[name] - before[name] for name in FAMILIES if after[name] != before[name]} == changes


@given(answers)
def test_every_total_is_the_sum_of_the_points_shown(said: Answers) -> None:
    chosen = pie(said)
    for entry in rank(said, chosen.pair):
        assert entry.total == sum(point.points for point in entry.points)
    assert [entry.place for entry in rank(said, chosen.pair)] == list(range(1, len(FAMILIES) + 1))
    assert len(chosen.pair) == 2
    assert min(chosen.totals[letter] for letter in chosen.pair) >= chosen.totals[chosen.third]


@given(answers, st.booleans(), st.integers(0, 30))
def test_evidence_moves_confidence_and_nothing_else(said: Answers, recovery: bool, indexes: int) -> None:
    seen = {"aws.dynamodb": [{"name": "t", "indexes": indexes, "replicas": [], "point_in_time_recovery": recovery}]}
    with_it, without = advise(said, [TABLE], seen), advise(said, [TABLE], {})
    assert replace(with_it, evidence=(), confidence=0) == replace(without, evidence=(), confidence=0)
    assert without.confidence <= with_it.confidence <= 0.95


def test_a_measured_mean_above_the_answered_peak_speaks_against_it_and_changes_nothing() -> None:
    said = read({"p99_ms": 10, "data_size_gb": 20_000, "peak_reads_s": 100})
    busy = advise(said, [TABLE], {"aws.store-use": [{"name": "t", "reads_s": 150.0, "throttled": 3.0}]})
    calm = advise(said, [TABLE], {"aws.store-use": [{"name": "t", "reads_s": 60.0}]})
    assert [entry.agrees for entry in busy.evidence] == [False, None]
    assert [entry.agrees for entry in calm.evidence] == [True]
    assert busy.confidence < calm.confidence
    assert (busy.match, busy.ranked) == (calm.match, calm.ranked)


@pytest.mark.parametrize(
    ("given", "store", "match", "severity"),
    [
        ({"p99_ms": 10, "multi_entity_transactions": True}, RELATIONAL, "match", ""),
        ({"p99_ms": 10, "data_size_gb": 10_000, "peak_writes_s": 20_000}, TABLE, "match", ""),
        ({"p99_ms": 10, "data_size_gb": 10_000, "peak_writes_s": 20_000}, RELATIONAL, "mismatch", "high"),
        ({"analytics_share": 0.7, "data_size_gb": 10_000}, TABLE, "mismatch", "high"),
        ({"multi_region_writes": True, "p99_ms": 10}, RELATIONAL, "mismatch", "high"),
        ({"p99_ms": 100, "full_text": True}, RELATIONAL, "mismatch", "medium"),
        ({"p99_ms": 100, "relationship_depth": 3}, RELATIONAL, "mismatch", "medium"),
        ({"p99_ms": 100, "relationship_depth": 3}, TABLE, "mismatch", "medium"),
        ({"p99_ms": 100, "multi_entity_transactions": True}, TABLE, "mismatch", "low"),
    ],
)  # fmt: skip
def test_what_is_in_use_is_compared_with_what_fits(
    given: dict[str, Any], store: Store, match: str, severity: str
) -> None:
    said = advise(read(given), [store], {})
    assert (said.match, said.severity) == (match, severity)
    assert said.because


def test_within_two_points_of_the_first_is_a_match() -> None:
    said = advise(read({"p99_ms": 100, "flexible_documents": True}), [RELATIONAL], {})
    assert (said.ranked[0].family, said.match) == ("document", "match")


def test_a_cache_beside_a_database_is_not_taken_for_the_database() -> None:
    cache = Store("cache", "redis", "in-memory")
    said = advise(read({"p99_ms": 10, "data_size_gb": 10_000}), [cache, TABLE], {})
    assert [fit.store.name for fit in said.fits] == ["table"]
    assert [fit.store.name for fit in advise(read({"p99_ms": 0.5}), [cache, TABLE], {}).fits] == ["cache", "table"]


def test_without_answers_only_the_lifecycle_is_judged() -> None:
    said = advise(None, [Store("journal", "qldb", "ledger", "catalog"), TABLE], {})
    assert (said.match, said.pie, said.cache) == ("unanswered", None, None)
    assert [(store.name, gone.state) for store, gone in said.retired] == [("journal", "ended")]


def test_ended_stores_come_before_closed_ones() -> None:
    stores = [Store("a", "timestream", "time-series"), Store("b", "qldb", "ledger")]
    assert [store.name for store, _ in advise(None, stores, {}).retired] == ["b", "a"]
    assert RETIRED["qldb"].date == "2025-07-31"


def test_stores_are_seen_in_aws_before_they_are_believed_of_descriptors() -> None:
    items = {"aws.rds": [{"name": "g", "engine": "neptune"}], "aws.elasticache": [{"name": "c", "engine": "valkey"}]}
    found = in_use(
        items, {"g": "neptune-cluster", "journal": "QLDB-ledger", "influx": "timestream-influxdb", "bus": "sns"}
    )
    assert [(store.name, store.engine, store.family, store.seen) for store in found] == [
        ("g", "neptune", "graph", "aws"), ("c", "valkey", "in-memory", "aws"),
        ("influx", "timestream-influxdb", "time-series", "catalog"), ("journal", "qldb", "ledger", "catalog"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "cached", "state"),
    [
        ({}, False, "unknown"),
        ({"peak_reads_s": 100, "peak_writes_s": 10, "stale_s": 60}, False, "advised"),
        ({"peak_reads_s": 100, "peak_writes_s": 10, "stale_s": 60}, True, "has"),
        ({"peak_reads_s": 99, "peak_writes_s": 10, "stale_s": 60}, False, "no"),
        ({"peak_reads_s": 100, "peak_writes_s": 10, "stale_s": 0}, False, "no"),
        ({"peak_reads_s": 100, "peak_writes_s": 0, "stale_s": 60}, False, "advised"),
    ],
)
def test_a_cache_pays_where_reads_are_ten_times_the_writes(given: dict[str, Any], cached: bool, state: str) -> None:
    said = cache_advice(read(given), cached)
    assert said.state == state
    if said.ttl_s:
        assert 1 <= said.negative_ttl_s <= 30


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        ({"access_patterns": "always"}, "access_patterns", "known, partly, unknown"),
        ({"p99_ms": "10"}, "p99_ms", "number"),
        ({"p99_ms": True}, "p99_ms", "number"),
        ({"p99_ms": -1}, "p99_ms", "from 0"),
        ({"p99_ms": float("nan")}, "p99_ms", "number"),
        ({"data_size_gb": 10**400}, "data_size_gb", "from 0"),
        ({"data_size_gb": float("inf")}, "data_size_gb", "from 0"),
        ({"analytics_share": 1.5}, "analytics_share", "from 0 to 1"),
        ({"durable": "yes"}, "durable", "true or false"),
        ({"wire_compat": ["redis"]}, "wire_compat", "Use one of"),
        ({"colour": 1}, "colour", "no such question"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_name_with_its_remedy(given: Any, name: str, words: str) -> None:
    with pytest.raises(Invalid) as error:
        read(given)
    assert words in error.value.problems[name]


def test_every_protocol_belongs_to_a_family() -> None:
    assert set(WIRE_FAMILIES.values()) <= set(FAMILIES)
