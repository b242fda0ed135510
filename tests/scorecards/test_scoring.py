"""Claims about points, levels, the cheapest path and trends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from scorecards.engine import path, trend
from scorecards.engine.check import LEVELS, MET, STATES
from scorecards.engine.scoring import (
    BELOW,
    LADDER,
    NO_LEVEL,
    Judged,
    Tally,
    overall,
    roll_up,
    score_pillar,
    score_service,
)

DAY = timedelta(days=1)
START = datetime(2026, 11, 1, tzinfo=UTC)


def judged(number: int, state: str, weight: int = 1, level: str = "bronze", effort: int = 10) -> Judged:
    return Judged(f"app.c{number}", "security", weight, level, state, effort)


checks = st.lists(
    st.tuples(st.sampled_from(STATES), st.integers(1, 10), st.sampled_from(LEVELS), st.integers(0, 240)), max_size=8
).map(lambda rows: [judged(number, *row) for number, row in enumerate(rows)])


def changed(items: list[Judged], position: int, state: str) -> list[Judged]:
    old = items[position]
    new = Judged(old.check, old.pillar, old.weight, old.level, state, old.effort)
    return [*items[:position], new, *items[position + 1 :]]


@given(checks)
def test_scores_and_confidence_stay_in_their_bounds(items: list[Judged]) -> None:
    score = score_pillar("security", items)
    assert score.score is None or 0 <= score.score <= 100
    assert 0 <= score.confidence <= 1
    assert (score.score is None) == (score.known == 0)


@given(checks)
def test_mending_a_failing_check_lifts_the_score_and_never_lowers_the_level(items: list[Judged]) -> None:
    before = score_pillar("security", items)
    for position, item in enumerate(items):
        if item.state == "fail":
            after = score_pillar("security", changed(items, position, "pass"))
            assert after.score is not None
            assert before.score is not None
            assert after.score > before.score
            assert LADDER.index(after.level) >= LADDER.index(before.level)


@given(checks)
def test_losing_evidence_lowers_confidence_and_is_neither_pass_nor_fail(items: list[Judged]) -> None:
    before = score_pillar("security", items)
    for position, item in enumerate(items):
        if item.state in ("pass", "fail"):
            rest = [other for other in items if other is not item]
            after = score_pillar("security", changed(items, position, "unknown"))
            assert after.confidence < before.confidence
            assert after.score == score_pillar("security", rest).score


@given(checks)
def test_a_check_out_of_scope_changes_nothing(items: list[Judged]) -> None:
    assert score_pillar("security", [*items, judged(99, "not_applicable", 10, "gold")]) == score_pillar(
        "security", items
    )


@given(checks)
def test_the_worth_of_a_fix_is_what_the_score_gains(items: list[Judged]) -> None:
    before = score_pillar("security", items).score or 0.0
    for fix in path.fixes(items):
        position = next(number for number, item in enumerate(items) if item.check == fix.check)
        after = score_pillar("security", changed(items, position, "pass")).score
        assert after is not None
        assert abs(after - before - fix.worth) <= 0.11


def test_the_lift_of_a_fix_is_what_the_overall_score_gains() -> None:
    items = [judged(1, "fail"), judged(2, "pass"), Judged("app.r", "reliability", 3, "bronze", "fail", 10)]
    lifts = {fix.check: fix.lift for fix in path.fixes(items)}
    assert lifts == {"app.c1": 25.0, "app.r": 50.0}
    for fix in path.fixes(items):
        walked = [Judged(i.check, i.pillar, i.weight, i.level, "pass") if i.check == fix.check else i for i in items]
        pillars = ["security", "reliability"]
        before, after = (score_service(state, pillars)["overall"].score for state in (items, walked))
        assert after is not None
        assert before is not None
        assert round(after - before, 1) == fix.lift


@given(checks)
def test_walking_the_path_to_a_level_reaches_it(items: list[Judged]) -> None:
    level = score_pillar("security", items).level
    target = path.next_level(level)
    if not target or all(item.state == "not_applicable" for item in items):
        return
    mended = {fix.check for fix in path.to_level(items, target).fixes}
    walked = [
        Judged(item.check, item.pillar, item.weight, item.level, "pass" if item.check in mended else item.state)
        for item in items
    ]
    reached = score_pillar("security", walked).level
    assert LADDER.index(reached) > LADDER.index(level) or not mended


@given(checks, st.sampled_from([50.0, 75.0, 90.0]))
def test_no_cheaper_set_of_fixes_reaches_the_score(items: list[Judged], target: float) -> None:
    open_items = [item for item in items if item.state not in path.DONE]

    def reaches(chosen: tuple[Judged, ...]) -> bool:
        names = {item.check for item in chosen}
        walked = [
            Judged(item.check, item.pillar, item.weight, item.level, "pass" if item.check in names else item.state)
            for item in items
        ]
        known = sum(item.weight for item in walked if item.state in (*MET, "fail"))
        passed = sum(item.weight for item in walked if item.state in MET)
        return known > 0 and 100 * passed >= target * known

    costs = [
        sum(item.effort for item in chosen)
        for size in range(len(open_items) + 1)
        for chosen in combinations(open_items, size)
        if reaches(chosen)
    ]
    climb = path.to_score(items, target)
    assert (climb.effort if climb else None) == (min(costs) if costs else None)


def test_a_level_needs_every_check_below_it_too() -> None:
    items = [judged(1, "fail", level="silver"), judged(2, "pass", level="gold"), judged(3, "pass", level="bronze")]
    assert score_pillar("security", items).level == "bronze"
    assert score_pillar("security", changed(items, 0, "pass")).level == "gold"


def test_an_unknown_bronze_check_makes_the_level_unknown_and_a_failing_one_below() -> None:
    assert score_pillar("security", [judged(1, "unknown")]).level == NO_LEVEL
    assert score_pillar("security", [judged(1, "unknown"), judged(2, "fail")]).level == BELOW


def test_the_overall_level_is_that_of_the_lowest_pillar_and_each_pillar_counts_alike() -> None:
    scores = score_service(
        [judged(1, "pass", 10, "gold"), Judged("app.r", "reliability", 1, "bronze", "fail")],
        ["security", "reliability", "performance"],
    )
    assert scores["overall"].score == 50.0
    assert scores["overall"].level == BELOW
    assert scores["performance"].score is None
    assert overall([scores["performance"]]).level == NO_LEVEL


def test_half_of_the_services_give_a_team_its_level() -> None:
    team = roll_up(
        "security", [Tally("below", 2, 1, 10.0, 1.0), Tally("gold", 1, 1, 90.0, 1.0), Tally("silver", 1, 1, 80.0, 1.0)]
    )
    assert team.level == "silver"
    assert team.score == 60.0
    assert team.confidence == 0.75


def test_change_points_become_values_at_dates() -> None:
    points = [(START, 10.0), (START + 2 * DAY, 30.0)]
    assert trend.values_at(points, [START - DAY, START, START + DAY, START + 3 * DAY]) == [None, 10.0, 10.0, 30.0]
    assert trend.delta(points, START + DAY) == 20.0
    assert trend.delta(points, START - DAY) == 20.0
    assert trend.delta([], START) is None


def test_series_are_counted_by_value_only_while_they_run() -> None:
    series = {"a": [(START, "gold")], "b": [(START + DAY, "gold"), (START + 2 * DAY, "")]}
    dates = [START - DAY, START, START + DAY, START + 2 * DAY]
    assert trend.counts_at(series, dates) == [{}, {"gold": 1}, {"gold": 2}, {"gold": 1}]


def test_a_calendar_includes_both_ends() -> None:
    days = trend.calendar(START, START + 10 * DAY, 3)
    assert days == [START, START + 5 * DAY, START + 10 * DAY]
