"""Claims about conditions: three-valued logic, quantifiers, paths, and that an explanation agrees with its verdict."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards.engine.check import compile_check, judge, next_change, reason
from scorecards.engine.conditions import compile_rule, parse
from scorecards.engine.evidence import Evidence, PathError, Snapshot, parse_path
from scorecards.engine.explain import explain
from scorecards.engine.operators import DAY, OPERATORS, UNARY

NOW = 1_800_000_000.0


def snapshot(now: float = NOW, expires: float | None = None, **facts: Any) -> Snapshot:
    evidence = {
        key.replace("__", "."): Evidence(key.replace("__", "."), value, NOW - 60, "test", expires)
        for key, value in facts.items()
    }
    return Snapshot(evidence, now)


def truth(tree: dict[str, Any], *, scope: bool = False, **facts: Any) -> bool | None:
    shot = snapshot(**facts)
    return compile_rule(parse(tree), scope=scope)(shot.fresh, NOW)


def leaf(path: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"path": path, "op": op, **({} if op in UNARY else {"value": value}), **more}


def definition(**more: Any) -> dict[str, Any]:
    return {
        "id": "app.check", "pillar": "security", "title": "T", "why": "w", "fix": "f", "effort": 5, "weight": 2,
        "level": "bronze", "when": leaf("a.b.n", "eq", 1), **more,
    }  # fmt: skip


scalars = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["a", "b", "2026-11-01"]))
items = st.lists(st.dictionaries(st.sampled_from(["n", "m"]), scalars, max_size=2), max_size=4)
facts = st.dictionaries(
    st.sampled_from(["a.b", "a.c"]),
    st.fixed_dictionaries({}, optional={"n": scalars, "items": items}),
    max_size=2,
)


@st.composite
def leaf_trees(draw: st.DrawFn) -> dict[str, Any]:
    op = draw(st.sampled_from(sorted(OPERATORS)))
    field = draw(st.sampled_from(["n", "items[*].n", "items[*].m", "nowhere"]))
    tree: dict[str, Any] = {"path": f"{draw(st.sampled_from(['a.b', 'a.c', 'a.d']))}.{field}", "op": op}
    if op in ("in", "not_in"):
        tree["value"] = draw(st.lists(scalars, min_size=1, max_size=3))
    elif op == "within_days":
        tree["value"] = draw(st.integers(1, 90))
    elif op == "matches_prefix":
        tree["value"] = draw(st.sampled_from(["a", "b"]))
    elif op not in UNARY:
        tree["value"] = draw(scalars.filter(lambda value: value is not None))
    if "[*]" in field:
        tree["some"] = draw(st.booleans())
    return tree


trees = st.recursive(
    leaf_trees(),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)


def decide(tree: dict[str, Any], values: dict[str, Any]) -> bool | None:
    return compile_rule(parse(tree))(values, NOW)


def from_leaves(tree: dict[str, Any], answers: list[bool | None], negated: bool = False) -> bool | None:
    """Kleene's tables over the explained leaves, whose truths already carry the negations above them."""
    if "not" in tree:
        return from_leaves(tree["not"], answers, not negated)
    if "path" in tree:
        return answers.pop(0)
    every = ("all" in tree) is not negated
    parts = [from_leaves(part, answers, negated) for part in tree.get("all", tree.get("any"))]
    if every:
        return False if False in parts else None if None in parts else True
    return True if True in parts else None if None in parts else False


@given(trees, facts)
def test_not_turns_true_and_false_and_leaves_unknown(tree: dict[str, Any], values: dict[str, Any]) -> None:
    plain = decide(tree, values)
    assert decide({"not": tree}, values) is (None if plain is None else not plain)
    assert decide({"not": {"not": tree}}, values) is plain


@given(trees, trees, facts)
def test_de_morgan_holds_with_unknowns(left: dict[str, Any], right: dict[str, Any], values: dict[str, Any]) -> None:
    neither = {"not": {"any": [left, right]}}
    both_not = {"all": [{"not": left}, {"not": right}]}
    assert decide(neither, values) is decide(both_not, values)


@given(trees, trees, facts)
def test_order_of_parts_does_not_matter(left: dict[str, Any], right: dict[str, Any], values: dict[str, Any]) -> None:
    for word in ("all", "any"):
        assert decide({word: [left, right]}, values) is decide({word: [right, left]}, values)
        assert decide({word: [left, left]}, values) is decide(left, values)


@given(trees, facts, facts)
def test_learning_a_fact_never_turns_a_settled_answer(
    tree: dict[str, Any], some: dict[str, Any], more: dict[str, Any]
) -> None:
    before = decide(tree, some)
    after = decide(tree, {**more, **some})
    assert before is None or after is before


@given(trees, facts)
def test_an_explanation_agrees_with_the_verdict(tree: dict[str, Any], values: dict[str, Any]) -> None:
    shot = Snapshot({key: Evidence(key, value, NOW) for key, value in values.items()}, NOW)
    entries = explain(parse(tree), shot)
    assert from_leaves(tree, [entry["truth"] for entry in entries]) is decide(tree, values)
    for entry in entries:
        assert (entry["truth"] is None) == bool(entry.get("unknown"))


def test_a_missing_fact_is_unknown_for_every_operator() -> None:
    for op in OPERATORS:
        value: Any = [1] if op in ("in", "not_in") else 7 if op == "within_days" else "a"
        assert truth(leaf("aws.rds.x", op, value)) is None, op
        assert truth(leaf("aws.rds.items[*].x", op, value)) is None, op


def test_a_field_that_the_fact_does_not_carry_is_unknown_but_exists_knows() -> None:
    assert truth(leaf("a.b.n", "eq", 1), a__b={"m": 1}) is None
    assert truth(leaf("a.b.n", "exists"), a__b={"m": 1}) is False
    assert truth(leaf("a.b.n", "absent"), a__b={"m": 1}) is True


def test_null_is_a_definite_answer() -> None:
    assert truth(leaf("a.b.n", "gte", 30), a__b={"n": None}) is False
    assert truth(leaf("a.b.n", "ne", 30), a__b={"n": None}) is True
    assert truth(leaf("a.b.n", "exists"), a__b={"n": None}) is False


def test_values_that_cannot_be_compared_are_unknown() -> None:
    assert truth(leaf("a.b.n", "gte", 30), a__b={"n": "many"}) is None
    assert truth(leaf("a.b.n", "within_days", 3), a__b={"n": "yesterday"}) is None


def test_true_is_not_one() -> None:
    assert truth(leaf("a.b.n", "eq", True), a__b={"n": 1}) is False
    assert truth(leaf("a.b.n", "in", [1, 2]), a__b={"n": True}) is False


@pytest.mark.parametrize(
    ("op", "want", "found", "answer"),
    [
        ("eq", "x", "x", True), ("ne", "x", "y", True), ("in", ["x"], "x", True), ("not_in", ["x"], "x", False),
        ("lt", 3, 2, True), ("lte", 3, 3, True), ("gt", 3, 3, False), ("gte", 3, 3, True),
        ("contains", "a", ["a", "b"], True), ("contains", "ell", "hello", True), ("contains", "k", {"k": 1}, True),
        ("matches_prefix", ["nodejs20", "python3.1"], "python3.12", True), ("matches_prefix", "go", "rust", False),
        ("empty", None, [], True), ("not_empty", None, "x", True), ("exists", None, [], False),
        ("within_days", 30, "2027-01-14T08:00:00+00:00", True), ("within_days", 1, "2026-01-01", False),
    ],
)  # fmt: skip
def test_each_operator_means_what_it_says(op: str, want: Any, found: Any, answer: bool) -> None:
    assert truth(leaf("a.b.n", op, want), a__b={"n": found}) is answer


def test_a_star_asks_every_element_and_some_asks_for_one() -> None:
    functions = {"items": [{"name": "f", "tracing": "Active"}, {"name": "g", "tracing": "PassThrough"}]}
    every = leaf("aws.lambda.items[*].tracing", "eq", "Active")
    assert truth(every, aws__lambda=functions) is False
    assert truth({**every, "some": True}, aws__lambda=functions) is True


def test_a_failing_element_is_named_with_what_was_found() -> None:
    shot = snapshot(aws__lambda={"items": [{"name": "f", "tracing": "Active"}, {"name": "g", "tracing": "Off"}]})
    entry = explain(parse(leaf("aws.lambda.items[*].tracing", "eq", "Active")), shot)[0]
    assert entry["failing"] == [{"name": "g", "found": "Off"}]
    assert (entry["of"], entry["failing_count"], entry["wanted"]) == (2, 1, "is Active")


def test_a_nested_star_names_the_way_to_the_element() -> None:
    shot = snapshot(aws__ecs={"items": [{"name": "api", "tasks": [{"id": "t1", "cpu": 1}, {"id": "t2", "cpu": 9}]}]})
    entry = explain(parse(leaf("aws.ecs.items[*].tasks[*].cpu", "lt", 5)), shot)[0]
    assert entry["failing"] == [{"name": "api / t2", "found": 9}]


def test_a_scope_counts_what_was_never_observed_as_null() -> None:
    assert truth(leaf("aws.rds.items", "exists"), scope=True) is False
    assert truth(leaf("aws.rds.items", "absent"), scope=True) is True
    assert truth(leaf("catalog.descriptor.lifecycle", "ne", "experimental"), scope=True) is True
    assert truth(leaf("aws.rds.items[*].engine", "ne", "mysql"), scope=True) is False


def test_a_check_out_of_scope_is_not_applicable_and_says_why() -> None:
    check = compile_check(definition(applies=leaf("aws.rds.items", "exists")))
    shot = snapshot(a__b={"n": 0})
    assert judge(check, shot) == "not_applicable"
    assert reason(check, shot, "not_applicable")["leaves"][0]["path"] == "aws.rds.items"


def test_a_check_does_not_leave_its_scope_because_its_evidence_expired() -> None:
    check = compile_check(
        definition(applies=leaf("aws.rds.items", "exists"), when=leaf("aws.rds.items[*].multi_az", "eq", True))
    )
    shot = snapshot(expires=NOW - 1, aws__rds={"items": [{"name": "db", "multi_az": True}]})
    assert judge(check, shot) == "unknown"
    assert reason(check, shot, "unknown")["leaves"][0]["unknown"] == "expired"


def test_a_statement_about_every_element_of_nothing_proves_nothing() -> None:
    check = compile_check(definition(when=leaf("aws.lambda.items[*].tracing", "eq", "Active")))
    assert judge(check, snapshot(aws__lambda={"items": []})) == "not_applicable"
    assert judge(check, snapshot()) == "unknown"


def test_evidence_older_than_max_age_is_unknown() -> None:
    check = compile_check(definition(max_age=120))
    assert judge(check, snapshot(a__b={"n": 1})) == "pass"
    late = snapshot(now=NOW + 60, a__b={"n": 1})
    assert judge(check, late) == "unknown"
    assert reason(check, late, "unknown")["leaves"][0]["unknown"] == "too old"


def test_the_next_change_by_time_alone_is_foreseen() -> None:
    seen = "2027-01-01T00:00:00+00:00"
    check = compile_check(definition(when=leaf("a.b.at", "within_days", 30)))
    shot = snapshot(a__b={"at": seen})
    moment = next_change(check, shot)
    assert moment is not None
    assert judge(check, snapshot(now=moment - 1, a__b={"at": seen})) == "pass"
    assert judge(check, snapshot(now=moment, a__b={"at": seen})) == "fail"
    assert moment - NOW < 30 * DAY


@pytest.mark.parametrize("text", ["", "aws", "aws.", "[*].x", "aws.lambda..x", "aws.lambda.it ems", "a.[*]"])
def test_a_path_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(PathError):
        parse_path(text)
