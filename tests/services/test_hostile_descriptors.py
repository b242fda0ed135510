"""A descriptor is data from outside: whatever it holds, it is stored safely or refused with a reason and a remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.descriptors import LIMITS, Problem
from services.descriptors.links import harmful, safe_link
from services.descriptors.reading import Document, documents
from services.descriptors.rules import check

RUNS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "java\tscript:alert(1)",
    "\x01javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "file:///etc/passwd",
    "blob:https://example.com/1", "view-source:javascript:1",
]  # fmt: skip
COMPONENT = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: checkout
spec: {type: service, lifecycle: production, owner: payments}
"""


def only(text: str) -> Document:
    (document,) = documents(text.encode())
    return document.read()


def problem_of(text: str) -> Problem:
    problem = only(text).problem
    assert problem is not None
    return problem


@pytest.mark.parametrize("address", RUNS)
def test_no_address_that_runs_is_ever_a_link(address: str) -> None:
    assert safe_link(address) == ""
    assert harmful(address)


@pytest.mark.parametrize(
    "address", ["", "//example.com", "/path", "example.com", "http:", "https://", "mailto", None, 7, {}]
)
def test_what_is_not_a_full_address_is_no_link(address: object) -> None:
    assert safe_link(address) == ""


@pytest.mark.parametrize("address", ["https://example.com/a?b=c", "http://example.com:8080", "mailto:team@example.com"])
def test_web_and_mail_addresses_are_links(address: str) -> None:
    assert safe_link(address) == address
    assert not harmful(address)


@pytest.mark.parametrize(
    "value", ["dir:.", "url:https://example.com/docs", "org/repo", "group:default/x", "P123", "arn:aws:s3:::x"]
)
def test_annotations_that_only_look_like_addresses_are_kept(value: str) -> None:
    assert not harmful(value)


@pytest.mark.parametrize("address", RUNS)
@pytest.mark.parametrize(
    ("field", "kind", "metadata", "spec"),
    [
        ("metadata.links[0].url", "Component", "links: [{{url: {0}, title: Docs}}]", ""),
        ("metadata.annotations.backstage.io/view-url", "Component", "annotations: {{backstage.io/view-url: {0}}}", ""),
        ("spec.profile.picture", "User", "title: Mira", ", memberOf: [], profile: {{picture: {0}}}"),
    ],
)
def test_an_address_that_runs_is_refused_in_every_field_that_holds_one(
    address: str, field: str, kind: str, metadata: str, spec: str
) -> None:
    quoted = '"' + address.replace("\n", "\\n").replace("\t", "\\t").replace("\x01", "\\x01") + '"'
    text = (
        f"apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: x\n  {metadata.format(quoted)}\n"
        f"spec: {{type: service, lifecycle: production, owner: payments{spec.format(quoted)}}}\n"
    )
    assert field in {problem.field for problem in check(only(text))}


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['true']",
        "a: !!python/name:os.system",
        "a: !custom b",
        "a: !!binary aGVsbG8=",
        "!!set {a, b}",
    ],
)
def test_tags_that_build_objects_are_refused(text: str) -> None:
    assert "tag" in problem_of(text).reason


def test_an_alias_bomb_is_refused_before_it_is_built() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    assert problem_of(bomb).reason == "Anchors and aliases are not read."


@pytest.mark.parametrize("text", ["[" * 10_000, "a: " + "{a: " * 10_000, "- " * 10_000 + "x"])
def test_ten_thousand_levels_are_refused(text: str) -> None:
    assert "nested deeper" in problem_of(text).reason


def test_a_file_over_one_megabyte_is_refused_as_a_whole() -> None:
    with pytest.raises(Problem, match="larger than 1 MiB"):
        list(documents(b"a" * (LIMITS.bytes + 1)))


def test_a_file_with_too_many_documents_or_values_is_refused() -> None:
    with pytest.raises(Problem, match="more than 500 documents"):
        list(documents(b"---\na: 1\n" * 501))
    assert "more than 20000 values" in problem_of("[" + "1," * 20_001 + "]").reason


def test_text_that_no_database_takes_is_refused() -> None:
    assert problem_of('a: "\\0"').field == "a"
    assert problem_of("a: .nan").field == "a"
    assert problem_of("a: .inf").field == "a"
    with pytest.raises(Problem, match="not UTF-8"):
        list(documents(b"\xff\xfe\x00"))


def test_a_key_that_is_there_twice_is_named_with_its_line() -> None:
    problem = problem_of("# first\nmetadata:\n  name: a\n  name: b\n")
    assert (problem.field, problem.line) == ("metadata.name", 4)


def test_the_envelope_is_closed() -> None:
    (problem,) = check(only(COMPONENT + "extra: 1\n"))
    assert (problem.field, problem.line) == ("extra", 6)


def test_problems_name_field_line_and_remedy() -> None:
    problems = check(
        only(COMPONENT.replace("name: checkout", "name: check out").replace("owner: payments", "owner: ''"))
    )
    assert {(problem.field, problem.line) for problem in problems} == {("metadata.name", 4), ("spec.owner", 5)}
    assert all(problem.remedy for problem in problems)


def test_dates_stay_text_and_numbers_stay_numbers() -> None:
    assert only("a: 2026-11-23\nb: 7\nc: yes\nd: null\ne: '7'").data == {
        "a": "2026-11-23", "b": 7, "c": "yes", "d": None, "e": "7",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["Component", "API", "Resource", "System", "Domain", "Group", "User", "Location"])
def test_every_kind_of_backstage_is_known_and_an_empty_spec_is_checked(kind: str) -> None:
    problems = check(only(f"apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{}}\n"))
    assert all(problem.field.startswith("spec.") for problem in problems)
    assert bool(problems) is (kind != "Location")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(raw: bytes) -> None:
    try:
        found = [document.read() for document in documents(raw)]
    except Problem as refused:
        problems = [refused]
    else:
        broken = [document.problem for document in found if document.problem]
        problems = broken + [problem for document in found if not document.problem for problem in check(document)]
    assert all(problem.reason and problem.remedy for problem in problems)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=12
)  # fmt: skip


metadata_like = st.dictionaries(
    st.sampled_from(["name", "namespace", "title", "description", "tags", "labels", "annotations", "links"]),
    json_values,
)
spec_like = st.dictionaries(
    st.sampled_from(["type", "owner", "lifecycle", "tier", "dependsOn", "memberOf", "children", "profile", "definition"]), json_values
)  # fmt: skip
envelope_like = st.fixed_dictionaries(
    {},
    optional={
        "apiVersion": json_values,
        "kind": st.sampled_from(["Component", "Group", "User", "API"]) | json_values,
        "metadata": metadata_like | json_values,
        "spec": spec_like | json_values,
        "x": json_values,
    },
)


@given(envelope_like)
def test_checking_any_shape_ends_in_problems_not_in_an_exception(data: dict[str, object]) -> None:
    assert all(problem.remedy for problem in check(Document(1, 1, "", data)))
