"""Conditions, risks and cheapest changes, held against an oracle that tries everything."""

from __future__ import annotations

import contextlib
import itertools
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards.engine.lens import cheapest, merge
from scorecards.engine.lens.document import Choice, Question, Rule
from scorecards.engine.lens.evidence import of_choice, of_question
from scorecards.engine.lens.grammar import ConditionError, parse
from scorecards.engine.lens.risk import RANK, counts, risk, tidy

NAMES = ["aaa", "bbb", "ccc", "ddd", "eee_no"]

trees = st.recursive(
    st.sampled_from(NAMES),
    lambda part: st.one_of(st.tuples(st.just("!"), part), st.tuples(st.sampled_from(["&&", "||"]), part, part)),
    max_leaves=12,
)


def text_of(tree: Any, spaces: str = "") -> str:
    """Fully parenthesised, so that it says the tree whatever binds tighter."""
    if isinstance(tree, str):
        return tree
    if tree[0] == "!":
        return f"!{spaces}({text_of(tree[1], spaces)})"
    return f"({text_of(tree[1], spaces)}{spaces}{tree[0]}{spaces}{text_of(tree[2], spaces)})"


def bare(tree: Any) -> str:
    """With no more parentheses than `!` over `&&` over `||` needs."""
    if isinstance(tree, str):
        return tree
    if tree[0] == "!":
        inner = bare(tree[1])
        return f"!{inner}" if isinstance(tree[1], str) or tree[1][0] == "!" else f"!({inner})"
    if tree[0] == "||":
        return f"{bare(tree[1])} || {bare(tree[2])}"
    return " && ".join(f"({bare(part)})" if part[0] == "||" else bare(part) for part in tree[1:])


def truth(tree: Any, selected: set[str]) -> bool:
    if isinstance(tree, str):
        return tree in selected
    if tree[0] == "!":
        return not truth(tree[1], selected)
    left, right = truth(tree[1], selected), truth(tree[2], selected)
    return (left and right) if tree[0] == "&&" else (left or right)


@given(trees, st.sets(st.sampled_from(NAMES)), st.sampled_from(["", " ", "\n\t"]))
def test_a_condition_means_what_its_tree_means(tree: Any, selected: set[str], spaces: str) -> None:
    assert parse(text_of(tree, spaces)).holds(selected) == truth(tree, selected)
    assert parse(bare(tree)).holds(selected) == truth(tree, selected)


def test_not_binds_before_and_and_before_or() -> None:
    assert parse("aaa || bbb && ccc").holds({"aaa"})
    assert not parse("!aaa && bbb").holds({"aaa", "bbb"})
    assert parse("!aaa || bbb").holds({"aaa", "bbb"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("aaa &&", "ends at character 6"),
        ("aaa & bbb", "'&' at character 5 is no part"),
        ("aaa bbb", "At character 5 stands “bbb”"),
        ("(aaa", "The parenthesis at character 1 is never closed"),
        ("aaa)", "The parenthesis at character 4 was never opened"),
        ("()", "At character 2 stands “)”"),
        ("aaa !bbb", "At character 5 stands “!”"),
        ("|| aaa", "At character 1 stands “||”"),
        ("default && aaa", "“default” stands alone"),
        ("aaa-bbb", "'-' at character 4"),
        ("é", "'é' at character 1"),
        ("!" * 200 + "aaa", "nested deeper than 100"),
        ("(" * 20_000 + "aaa" + ")" * 20_000, "more than 5,000 words and signs"),
        ("(" * 2_000 + "aaa" + ")" * 2_000, "nested deeper than 100 at character 101"),
    ],
)
def test_a_broken_condition_names_the_place(text: str, says: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert says in str(caught.value)


@given(st.text(alphabet="ab!&|() _", max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    with contextlib.suppress(ConditionError):
        parse(text).holds({"a"})


def question(*rules: tuple[str, str], names: list[str] = NAMES) -> Question:
    choices = tuple(Choice(name, name, None, None) for name in names)
    return Question("qqq", "Q", "", None, choices, tuple(Rule(parse(text), level) for text, level in rules))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Questions of up to six choices with up to two rules and a default, in any order of risks."""
    risks = draw(st.permutations(["HIGH_RISK", "MEDIUM_RISK", "NO_RISK"]))
    rules = [(text_of(draw(trees)), level) for level in risks[: draw(st.integers(0, 2))]]
    return question(*rules, ("default", risks[len(rules)]))


@given(questions(), st.sets(st.sampled_from(NAMES)))
def test_the_first_true_rule_decides(asked: Question, selected: set[str]) -> None:
    true = [rule.risk for rule in asked.rules if rule.condition.holds(selected)]
    expected = {"HIGH_RISK": "HIGH", "MEDIUM_RISK": "MEDIUM", "NO_RISK": "NONE"}[true[0]] if selected else "UNANSWERED"
    assert risk(asked, selected) == expected
    assert risk(asked, selected, applicable=False) == "NOT_APPLICABLE"


def legal(selected: set[str]) -> bool:
    return bool(selected) and (len(selected) == 1 or not any(name.endswith("_no") for name in selected))


def price(start: set[str], end: set[str], costs: dict[str, int]) -> int:
    free = {name for name in start if name.endswith("_no")} if end != start else set()
    return sum(costs.get(name, 1) for name in (start ^ end) - free)


def every(names: list[str]) -> list[set[str]]:
    return [set(some) for size in range(len(names) + 1) for some in itertools.combinations(names, size)]


@given(
    questions(),
    st.sampled_from([one for one in every(NAMES) if legal(one) or not one]),
    st.dictionaries(st.sampled_from(NAMES), st.integers(1, 9)),
)
def test_the_cheapest_change_is_as_cheap_as_trying_everything(
    asked: Question, start: set[str], costs: dict[str, int]
) -> None:
    now = risk(asked, start)
    for search, wanted in (
        (cheapest.clear, {"NONE"}),
        (cheapest.lower, {name for name in RANK if RANK[name] < RANK.get(now, RANK["HIGH"])}),
    ):
        ends = [end for end in every(NAMES) if legal(end) and risk(asked, end) in wanted]
        found = search(asked, start, costs)
        if not ends or now in wanted:
            assert found is None
            continue
        assert found is not None
        assert found.cost == min(price(start, end, costs) for end in ends)
        end = (start | set(found.add)) - set(found.drop)
        assert legal(end)
        assert risk(asked, end) == found.risk
        assert found.risk in wanted


def test_fifteen_choices_are_searched_in_no_time() -> None:
    names = [f"choice_{number}" for number in range(15)]
    asked = question((" && ".join(names), "NO_RISK"), ("default", "HIGH_RISK"), names=names)
    began = time.process_time()
    change = cheapest.clear(asked, ())
    assert change is not None
    assert change.cost == 15
    assert time.process_time() - began < 3


def test_giving_up_a_bad_habit_clears_a_risk_too() -> None:
    asked = question(("aaa", "HIGH_RISK"), ("default", "NO_RISK"))
    change = cheapest.clear(asked, {"aaa", "bbb"})
    assert change is not None
    assert (change.add, change.drop, change.risk) == ((), ("aaa",), "NONE")


def test_none_of_these_excludes_the_rest() -> None:
    asked = question(("default", "HIGH_RISK"))
    assert tidy(asked, ["bbb", "aaa", "bbb"]) == ("aaa", "bbb")
    with pytest.raises(ValueError, match="None of these"):
        tidy(asked, ["aaa", "eee_no"])
    with pytest.raises(ValueError, match="is no choice"):
        tidy(asked, ["zzz"])


def test_counts_name_every_risk() -> None:
    assert counts(["HIGH", "HIGH", "NONE"]) == {
        "HIGH": 2, "MEDIUM": 0, "NONE": 1, "UNANSWERED": 0, "NOT_APPLICABLE": 0,
    }  # fmt: skip


def test_one_failing_check_disproves_a_choice() -> None:
    assert of_choice(["pass", "pass"]) == "proven"
    assert of_choice(["pass", "fail"]) == "disproven"
    assert of_choice(["pass", "unknown"]) == "open"
    assert of_choice(["pass", "waived"]) == "open"
    assert of_choice(["pass", "warn"]) == "proven"
    assert of_choice(["pass", "not_applicable"]) == "proven"
    assert of_choice(["not_applicable"]) == "void"
    assert of_choice([]) == "open"


def test_evidence_answers_a_question() -> None:
    asked = question(("aaa", "NO_RISK"), ("default", "HIGH_RISK"), names=["aaa", "bbb", "ccc_no"])
    links = {"aaa": ("x.one",), "bbb": ("x.two",)}
    some = of_question(asked, links, {"x.one": ["pass"], "x.two": ["fail"]})
    assert some.selected == ("aaa",)
    assert some.claimed({"bbb"}) == ("bbb",)
    assert some.missed({"bbb"}) == ("aaa",)
    assert of_question(asked, links, {"x.one": ["fail"], "x.two": ["fail"]}).selected == ("ccc_no",)
    assert of_question(asked, links, {"x.one": ["fail"], "x.two": ["unknown"]}).selected == ()
    assert of_question(asked, {"aaa": ("x.one",)}, {"x.one": ["fail"]}).selected == ()


def test_what_evidence_cannot_be_about_goes_with_what_is_proven() -> None:
    asked = question(("aaa && bbb", "NO_RISK"), ("default", "HIGH_RISK"), names=["aaa", "bbb", "ccc_no"])
    links = {"aaa": ("x.one",), "bbb": ("x.two",)}
    void = of_question(asked, links, {"x.one": ["pass"], "x.two": ["not_applicable"]})
    assert void.selected == ("aaa", "bbb")
    assert void.claimed({"bbb"}) == ()
    assert void.missed({"aaa"}) == ()
    assert of_question(asked, links, {"x.one": ["not_applicable"], "x.two": ["not_applicable"]}).selected == ()
    assert of_question(asked, links, {"x.one": ["fail"], "x.two": ["not_applicable"]}).selected == ()


answers = st.builds(
    merge.Said,
    selected=st.lists(st.sampled_from(NAMES[:2]), unique=True, max_size=2).map(tuple),
    applicable=st.booleans(),
    reason=st.sampled_from(["NONE", "OTHER"]),
    notes=st.sampled_from(["", "n", " n "]),
)


@given(st.none() | answers, answers, answers)
def test_a_change_is_never_lost(base: merge.Said | None, ours: merge.Said, theirs: merge.Said) -> None:
    before = (base or merge.Said()).settled()
    verdict = merge.compare(base, ours, theirs)
    mine, other = ours.settled() != before, theirs.settled() != before
    if ours.settled() == theirs.settled():
        assert verdict == merge.SAME
    else:
        assert (
            verdict == {(True, False): merge.PUSH, (False, True): merge.PULL, (True, True): merge.CONFLICT}[mine, other]
        )
    assert merge.Said.of(ours.as_json()) == ours
