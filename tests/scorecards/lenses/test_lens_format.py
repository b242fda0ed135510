"""What is accepted as a lens, and what each fault is told as."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards.engine.lens.document import build
from scorecards.engine.lens.reading import MAX_BYTES, UnreadableError, read, write
from scorecards.engine.lens.validate import validate

Q = "pillars[0].questions[0]"


def errors(document: Any) -> list[str]:
    return [str(problem) for problem in validate(document).errors]


def warnings(document: Any) -> list[str]:
    return [str(problem) for problem in validate(document).warnings]


def test_a_lens_without_fault_is_accepted(document: dict[str, Any]) -> None:
    found = validate(document)
    assert (found.errors, found.warnings) == ([], [])
    assert build(document).size == 1


REMOVED = object()


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("schemaVersion", "2020-01-01", "schemaVersion: '2020-01-01': the version of the format is “2021-11-01”."),
        ("name", 7, "name: 7 is not a text: put it in quotation marks."),
        ("name", "n" * 129, "name: The text has 129 characters; at most 128 are allowed."),
        ("name", REMOVED, "name: This text is missing."),
        ("description", "d" * 2049, "description: The text has 2,049 characters; at most 2,048 are allowed."),
        ("pillars", [], "pillars: The list is empty: give it at least one item."),
        ("pillars", {}, "pillars: an object is not a list."),
        ("pillars.0", None, "pillars[0]: null stands where an object is expected."),
        ("pillars.0.id", "ab", "pillars[0].id: 'ab': an id has 3 to 128 of the characters A-Z, a-z, 0-9 and _."),
        ("pillars.0.id", "with-dash", "pillars[0].id: 'with-dash': an id has 3 to 128"),
        ("pillars.0.questions.0.title", 3.5, f"{Q}.title: 3.5 is not a text"),
        ("pillars.0.questions.0.title", True, f"{Q}.title: True is not a text"),
        ("pillars.0.questions.0.choices.1.id", "backup_taken",
         f"{Q}.choices[1].id: 'backup_taken' is taken by {Q}.choices[0].id: ids are unique."),
        ("pillars.0.questions.0.choices.0.improvementPlan", REMOVED,
         f"{Q}.choices[0].improvementPlan: It is missing: only a choice whose id ends in _no goes without."),
        ("pillars.0.questions.0.choices.0.helpfulResource.url", "ftp://x", "does not begin with http:// or https://"),
        ("pillars.0.questions.0.choices.0.helpfulResource.url", "javascript:alert(1)", "does not begin with http://"),
        ("pillars.0.questions.0.choices.0.helpfulResource.url", "https://", f"{Q}.choices[0].helpfulResource.url: 'https://' names no host."),
        ("pillars.0.questions.0.choices.0.helpfulResource.url", "https://[::1", "names no host"),
        ("pillars.0.questions.0.choices.0.helpfulResource.url", 4, "4 is not a text"),
        ("pillars.0.questions.0.choices.0.helpfulResource.displayText", REMOVED, f"{Q}.choices[0].helpfulResource.displayText: This text is missing."),
        ("pillars.0.questions.0.choices.0.additionalResources", [{"type": "OTHER", "content": [{"displayText": "x"}]}],
         f"{Q}.choices[0].additionalResources[0].type: 'OTHER': the type is HELPFUL_RESOURCE or IMPROVEMENT_PLAN."),
        ("pillars.0.questions.0.choices.0.additionalResources",
         [{"type": "HELPFUL_RESOURCE", "content": [{"displayText": "x"}] * 6}],
         f"{Q}.choices[0].additionalResources[0].content: The list has 6 items; at most 5 are allowed."),
        ("pillars.0.questions.0.riskRules.2", REMOVED, f"{Q}.riskRules: No rule has the condition “default”"),
        ("pillars.0.questions.0.riskRules.0.risk", "LOW", f"{Q}.riskRules[0].risk: 'LOW': a risk is HIGH_RISK"),
        ("pillars.0.questions.0.riskRules.0.risk", ["HIGH_RISK"], f"{Q}.riskRules[0].risk: a list: a risk is"),
        ("pillars.0.questions.0.riskRules.0.risk", "HIGH_RISK", f"{Q}.riskRules[2].risk: HIGH_RISK has a rule already (riskRules[0])"),
        ("pillars.0.questions.0.riskRules.0.condition", "backup_take", f"{Q}.riskRules[0].condition: 'backup_take' is no choice of this question."),
        ("pillars.0.questions.0.riskRules.0.condition", "default", f"{Q}.riskRules[2].condition: “default” stands twice"),
        ("pillars.0.questions.0.riskRules.0.condition", "(" * 20_000, f"{Q}.riskRules[0].condition: The condition has more than 5,000"),
        ("pillars.0.questions.0.riskRules.0.condition", None, f"{Q}.riskRules[0].condition: null is not a text."),
        ("pillars.0.questions.0.choices.0.id", "default", f"{Q}.choices[0].id: “default” is a word of the conditions"),
    ],
)  # fmt: skip
def test_a_fault_has_its_path_and_its_remedy(document: dict[str, Any], path: str, value: Any, says: str) -> None:
    owner: Any = document
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        owner = owner[part]
    if value is REMOVED:
        del owner[last]
    else:
        owner[last] = value
    assert any(says in text for text in errors(document)), errors(document)


def test_limits_of_lists_are_named(document: dict[str, Any]) -> None:
    question = document["pillars"][0]["questions"][0]
    question["choices"] += [{**question["choices"][0], "id": f"more_{number}"} for number in range(12)]
    pillar = document["pillars"][0]
    pillar["questions"] += [
        {**question, "id": f"q_{number}", "choices": question["choices"][:4]} for number in range(20)
    ]
    document["pillars"] += [{**pillar, "id": f"pillar_{number}", "questions": []} for number in range(10)]
    said = errors(document)
    assert f"{Q}.choices: The list has 16 items; at most 15 are allowed." in said
    assert "pillars[0].questions: The list has 21 items; at most 20 are allowed." in said
    assert "pillars: The list has 11 items; at most 10 are allowed." in said


def test_a_question_id_is_unique_in_the_whole_lens(document: dict[str, Any]) -> None:
    document["pillars"].append({**copy.deepcopy(document["pillars"][0]), "id": "second"})
    assert errors(document) == [f"pillars[1].questions[0].id: 'rel_backup' is taken by {Q}.id: ids are unique."]


def test_what_aws_tolerates_is_a_warning(document: dict[str, Any]) -> None:
    document["_version"] = "1.2"
    choice = document["pillars"][0]["questions"][0]["choices"][0]
    choice["helpfulResource"] = {"displayText": "", "url": ""}
    choice["improvementPlan"]["url"] = "https://example.com/a b"
    choice["id"] = "c" * 70
    document["pillars"][0]["questions"][0]["riskRules"] = [
        {"condition": "default", "risk": "HIGH_RISK"}, {"condition": "backup_restored", "risk": "NO_RISK"},
    ]  # fmt: skip
    assert errors(document) == []
    assert [text.partition(":")[0] for text in warnings(document)] == [
        "_version", f"{Q}.choices[0].id", f"{Q}.choices[0].helpfulResource.url",
        f"{Q}.choices[0].improvementPlan.url", f"{Q}.riskRules[0]",
    ]  # fmt: skip


@pytest.mark.parametrize("document_", [None, 3, "x", [], [{}], {"pillars": [[]]}, {"pillars": [{"questions": [3]}]}])
def test_no_value_breaks_the_validation(document_: Any) -> None:
    assert errors(document_)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8), part, max_size=3
    ),
    max_leaves=8,
)  # fmt: skip


@given(json_values)
def test_any_json_value_is_validated_without_a_crash(value: Any) -> None:
    validate(value)
    validate({"pillars": value, "name": value})
    validate({"pillars": [{"questions": [{"choices": value, "riskRules": value}]}]})


@given(json_values)
def test_reading_what_was_written_loses_nothing(value: Any) -> None:
    assert read(write(value)) == value
    assert read(write(value).encode()) == value


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"{", "is not JSON"),
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not UTF-8: byte 1"),
        (b'{"a": 1, "a": 2}', "The key 'a' stands twice"),
        (b'{"pillars": [{"title": NaN}]}', "pillars[0].title: NaN is not JSON"),
        (b'{"a": 1e999}', "a: Infinity is not JSON"),
        (b'{"a": "\\ud800"}', "a: the text holds a NUL or half a character"),
        (b'{"a": "\\u0000"}', "a: the text holds a NUL"),
        (b"[" * 100_000, "nested deeper than 32"),
        (b"[" * 40 + b"]" * 40, "nested deeper than 32"),
        (b" " * (MAX_BYTES + 1), "a lens has at most 500,000 (500 KB)"),
        (b"1" * 5_000, "is not JSON"),
    ],
)
def test_an_unreadable_file_is_told_in_one_sentence(raw: bytes, says: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(raw)
    assert says in str(caught.value)


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps({"a": 1}).encode()) == {"a": 1}
