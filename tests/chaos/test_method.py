"""Reading a method: closed, bounded, and every refusal names the step, the field and the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine import method
from chaos.engine.shape import Invalid

FAULT = {"type": "fault", "name": "Zone down", "fault": "zone-network-cut", "arguments": {"zone": "us-east-1a"}}
PAUSE = {"type": "pause", "name": "Let it settle", "seconds": 30}
PROBE = {"type": "probe", "name": "Look", "probe": "hosts"}
PROBES = {"hosts"}


def test_a_method_reads_back_as_it_is_stored() -> None:
    steps = method.read([PROBE, FAULT, PAUSE], PROBES)
    assert [step.stored() for step in steps] == [PROBE, FAULT, PAUSE]
    assert method.restored([PROBE, FAULT, PAUSE]) == steps


def test_a_step_without_a_name_gets_one() -> None:
    rows = [{k: v for k, v in row.items() if k != "name"} for row in (FAULT, PAUSE, PROBE)]
    assert [step.name for step in method.read(rows, PROBES)] == ["zone-network-cut", "Wait 30 s", "Measure hosts"]


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ("x", "method", "1 to 20 steps"),
        ([], "method", "1 to 20 steps"),
        ([FAULT] * 21, "method", "1 to 20 steps"),
        ([FAULT] * 6, "method", "1 to 5 faults"),
        ([PAUSE], "method", "there are 0"),
        ([FAULT, *[{**PAUSE, "seconds": 1801}] * 2], "method", "they take 3602 s"),
        ([FAULT, "x"], "method[1].type", "fault, pause, probe"),
        ([{**FAULT, "type": "run"}], "method[0].type", "fault, pause, probe"),
        ([{**FAULT, "type": ["fault"]}], "method[0].type", "fault, pause, probe"),
        ([FAULT, PAUSE, {**PAUSE, "seconds": 0}], "method[2].seconds", "1 to 3600"),
        ([FAULT, {**PAUSE, "seconds": True}], "method[1].seconds", "1 to 3600"),
        ([{**FAULT, "seconds": 3}], "method[0].seconds", "Unknown key"),
        ([{"type": "fault", "fault": "x"}], "method[0].arguments", "missing"),
        ([{**FAULT, "arguments": ["x"]}], "method[0].arguments", "names and texts"),
        ([{**FAULT, "arguments": {"zone": 1}}], "method[0].arguments.zone", "short text"),
        ([FAULT, {**PROBE, "probe": "errors"}], "method[1].probe", "hosts"),
        ([FAULT, {**PROBE, "probe": {}}], "method[1].probe", "hosts"),
        ([{**FAULT, "name": "x" * 301}], "method[0].name", "300 characters"),
    ],
)
def test_what_is_wrong_is_refused_with_step_field_and_remedy(data: Any, field: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        method.read(data, PROBES)
    assert caught.value.field == field
    assert words in caught.value.message


def test_only_pauses_after_the_first_fault_keep_it_in_place() -> None:
    assert method.under_fault(method.read([PAUSE, FAULT, PAUSE, FAULT, PAUSE], PROBES)) == 60


def test_one_fault_stands_for_a_method_of_one_step() -> None:
    fields = method.spelled_out({"title": "x", "fault": "f", "arguments": {"a": "b"}})
    assert fields == {"title": "x", "method": [{"type": "fault", "fault": "f", "arguments": {"a": "b"}}]}


def test_an_edit_of_the_arguments_alone_keeps_the_fault() -> None:
    fields = method.spelled_out({"arguments": {"zone": "b"}}, [FAULT])
    assert fields["method"] == [{"type": "fault", "fault": "zone-network-cut", "arguments": {"zone": "b"}}]


def test_the_short_form_never_takes_other_steps_away() -> None:
    with pytest.raises(Invalid, match="2 steps"):
        method.spelled_out({"fault": "f"}, [FAULT, PAUSE])
    with pytest.raises(Invalid, match="either a method"):
        method.spelled_out({"fault": "f", "method": [FAULT]})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
keys = st.sampled_from(["type", "name", "fault", "arguments", "seconds", "probe", "x"])
rows = st.dictionaries(keys, json_values | st.sampled_from(["fault", "pause", "probe", "hosts"]), max_size=6)


@given(json_values | st.lists(rows, max_size=25))
def test_whatever_is_sent_is_read_or_refused(data: Any) -> None:
    try:
        steps = method.read(data, PROBES)
    except Invalid:
        return
    assert 1 <= len(method.faults(steps)) <= method.MAX_FAULTS
    assert method.pauses(steps) <= method.LONGEST_PAUSE
    assert method.restored([step.stored() for step in steps]) == steps
