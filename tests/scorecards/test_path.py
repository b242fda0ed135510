"""Claims about the way upwards: no cheaper set of fixes reaches the level or the score, whatever requires what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from scorecards.engine import path
from scorecards.engine.check import FAIL, LEVELS, MET, STATES, UNKNOWN, WAIVED
from scorecards.engine.judging import circle
from scorecards.engine.scoring import BELOW, LADDER, OVERALL, Judged, level_of, score_service
from scorecards.engine.search import Option, cheapest

PILLARS = ("security", "reliability")
ROW = st.tuples(
    st.sampled_from(PILLARS), st.sampled_from(STATES), st.integers(1, 10), st.sampled_from(LEVELS), st.integers(0, 60),
    st.sampled_from(["", "", "", BELOW, "bronze"]), st.lists(st.integers(1, 6), max_size=2),
)  # fmt: skip


@st.composite
def cards(draw: st.DrawFn) -> list[Judged]:
    """Up to eight checks; each may require ones before it, so that there is no circle."""
    found: list[Judged] = []
    for number, (pillar, state, weight, level, effort, cap, back) in enumerate(draw(st.lists(ROW, max_size=8))):
        needs = tuple(sorted({f"app.c{number - step}" for step in back if number >= step}))
        # What requires something that does not pass cannot pass either; the judging holds that.
        broken = any(item.check in needs and item.state in (FAIL, UNKNOWN, "error") for item in found)
        state = FAIL if broken and state in MET else state
        found.append(Judged(f"app.c{number}", pillar, weight, level, state, effort, cap, needs))
    return found


def open_ones(items: list[Judged]) -> list[Judged]:
    return [item for item in items if item.state not in path.DONE]


def mended(items: list[Judged], names: Collection[str]) -> list[Judged]:
    return [replace(item, state="pass") if item.check in names else item for item in items]


def closed(items: list[Judged], names: Collection[str]) -> bool:
    """Whether nothing in the set requires something open that is outside of it."""
    waiting = {item.check for item in open_ones(items)} - set(names)
    return not any(waiting & set(item.requires) for item in items if item.check in names)


def brute_force(items: list[Judged], reaches: object) -> int | None:
    every = open_ones(items)
    costs = [
        sum(item.effort for item in chosen)
        for size in range(len(every) + 1)
        for chosen in combinations(every, size)
        if closed(items, {item.check for item in chosen}) and reaches(mended(items, {item.check for item in chosen}))  # type: ignore[operator]
    ]
    return min(costs, default=None)


@given(cards(), st.sampled_from(LEVELS))
def test_no_cheaper_set_of_fixes_reaches_the_level(items: list[Judged], level: str) -> None:
    def reaches(walked: list[Judged]) -> bool:
        return LADDER.index(score_service(walked, ())[OVERALL].level) >= LADDER.index(level)

    least = brute_force(items, reaches)
    climb = path.to_level(items, level)
    names = {fix.check for fix in climb.fixes}
    assert closed(items, names)
    if least is not None:
        assert climb.effort == least
        assert reaches(mended(items, names))


@given(cards(), st.sampled_from([50.0, 75.0, 90.0]))
def test_no_cheaper_set_of_fixes_reaches_the_score_of_a_pillar(items: list[Judged], target: float) -> None:
    def reaches(walked: list[Judged]) -> bool:
        mine = [item for item in walked if item.pillar == "security"]
        passed = sum(item.weight for item in mine if item.state in MET)
        known = passed + sum(item.weight for item in mine if item.state == FAIL)
        return known > 0 and 100 * passed >= target * known

    mine = [item for item in items if item.pillar == "security"]
    others = [item for item in items if item.pillar != "security"]
    climb = path.to_score(mine, target, others)
    least = brute_force(items, reaches)
    assert (climb.effort if climb else None) == least
    if climb:
        names = {fix.check for fix in climb.fixes}
        assert closed(items, names)
        assert reaches(mended(items, names))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9), st.integers(1, 5)), max_size=9), st.integers(0, 40))
def test_the_search_is_exact_where_options_need_one_another(rows: list[tuple[int, int, int]], goal: int) -> None:
    options = [
        Option(f"o{n}", effort, float(gain), (f"o{n - back}",) if n >= back else ())
        for n, (effort, gain, back) in enumerate(rows)
    ]
    by_name = {option.name: option for option in options}
    costs = [
        sum(option.effort for option in chosen)
        for size in range(len(options) + 1)
        for chosen in combinations(options, size)
        if sum(option.gain for option in chosen) >= goal
        and all(need in {o.name for o in chosen} for option in chosen for need in option.needs)
    ]
    found = cheapest(options, goal)
    assert (sum(by_name[name].effort for name in found) if found is not None else None) == min(costs, default=None)


@given(cards())
def test_the_lost_points_of_a_pillar_are_shared_out_among_its_failing_checks(items: list[Judged]) -> None:
    mine = [item for item in items if item.pillar == "security"]
    score = score_service(mine, ())["security"].score if mine else None
    if score is None:
        return
    lost = sum(path.worth(item, mine) for item in mine if item.state == FAIL)
    assert abs(lost - (100 - score)) <= 0.1 * len(mine) + 0.1


@given(cards())
def test_a_waived_check_never_counts_as_a_pass(items: list[Judged]) -> None:
    scores = score_service(items, ())
    without = score_service([item for item in items if item.state != WAIVED], ())
    for name, score in without.items():
        assert (scores[name].score, scores[name].passed, scores[name].confidence, scores[name].level) == (
            score.score, score.passed, score.confidence, score.level,
        )  # fmt: skip
    assert scores[OVERALL].waived == sum(item.weight for item in items if item.state == WAIVED)


def test_a_failing_knock_out_caps_its_pillar_and_an_unknown_one_does_not() -> None:
    bronze = Judged("app.a", "security", 1, "bronze", "pass")
    silver = Judged("app.b", "security", 1, "silver", "pass")
    knock_out = Judged("app.k", "security", 1, "gold", FAIL, knock_out=BELOW)
    assert level_of([bronze, silver, knock_out]) == BELOW
    assert level_of([bronze, silver, replace(knock_out, state=UNKNOWN)]) == "silver"
    assert [fix.check for fix in path.to_level([bronze, silver, knock_out], "bronze").fixes] == ["app.k"]


def test_a_circle_of_requirements_is_found_and_named() -> None:
    assert circle({"a": ["b"], "b": ["c"], "c": []}) == ()
    assert circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ("b", "c")
    assert circle({"a": ["a"]}) == ("a",)
