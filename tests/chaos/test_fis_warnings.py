"""What is said of a FIS template before it is started, whatever its JSON looks like."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.fis_states import OVER, STARTED, gone_wrong, selected
from chaos.engine.fis_warnings import guarded, iso_seconds, seconds, warnings

ALARM = [{"source": "aws:cloudwatch:alarm", "value": "arn:aws:cloudwatch:us-east-1:111111111111:alarm:a"}]
CALM: dict[str, Any] = {
    "stopConditions": ALARM,
    "targets": {"hosts": {"resourceType": "aws:ec2:instance", "selectionMode": "COUNT(1)"}},
    "actions": {
        "stop": {"actionId": "aws:ec2:stop-instances", "parameters": {"startInstancesAfterDuration": "PT5M"}},
    },
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["PT5M", "none", "ALL", "stop"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["stopConditions", "source", "targets", "actions", "startAfter", "parameters", "duration", "a"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def keys(template: dict[str, Any]) -> list[str]:
    return [warning.key for warning in warnings(template)]


def test_a_careful_template_has_no_warning() -> None:
    assert keys(CALM) == []


@pytest.mark.parametrize("conditions", [None, [], [{"source": "none"}], "none", [None]])
def test_a_template_without_a_stop_condition_is_warned_of(conditions: Any) -> None:
    assert keys({**CALM, "stopConditions": conditions}) == ["no-stop-condition"]


@pytest.mark.parametrize("mode", ["ALL", "PERCENT(100)", "all"])
def test_a_target_that_selects_all_is_named(mode: str) -> None:
    (found,) = warnings({**CALM, "targets": {"hosts": {"selectionMode": mode}}})
    assert (found.key, "hosts" in found.sentence) == ("selects-all", True)


def test_no_targets_and_other_accounts_are_warned_of() -> None:
    found = keys({**CALM, "targets": {}, "experimentOptions": {"accountTargeting": "multi-account"}})
    assert found == ["no-targets", "multi-account"]


@pytest.mark.parametrize(
    "action", ["aws:ec2:terminate-instances", "aws:ec2:stop-instances", "aws:rds:failover-db-cluster"]
)
def test_what_a_stop_does_not_take_back_is_warned_of(action: str) -> None:
    assert keys({**CALM, "actions": {"one": {"actionId": action}}}) == ["not-taken-back"]


def test_a_chain_of_actions_is_added_up_and_parallel_ones_are_not() -> None:
    wait = {"actionId": "aws:fis:wait", "parameters": {"duration": "PT20M"}}
    chain = {"a": wait, "b": {**wait, "startAfter": ["a"]}, "c": wait}
    assert seconds({"actions": chain}) == 2400
    assert keys({**CALM, "actions": chain}) == ["long-duration"]
    assert keys({**CALM, "actions": {"a": wait, "c": wait}}) == []


def test_a_chain_that_leads_back_to_itself_ends() -> None:
    wait = {"parameters": {"duration": "PT1M"}}
    assert seconds({"actions": {"a": {**wait, "startAfter": ["b"]}, "b": {**wait, "startAfter": ["a"]}}}) > 0


@pytest.mark.parametrize(
    ("text", "wanted"), [("PT1H30M", 5400), ("P1DT1S", 86401), ("PT90S", 90), ("5 min", 0), (7, 0)]
)
def test_durations_are_read(text: Any, wanted: float) -> None:
    assert iso_seconds(text) == wanted


@given(ANYTHING, ANYTHING, ANYTHING)
def test_no_json_makes_it_raise(conditions: Any, targets: Any, actions: Any) -> None:
    template = {"stopConditions": conditions, "targets": targets, "actions": actions}
    assert seconds(template) >= 0
    assert guarded(template) is not any(one.key == "no-stop-condition" for one in warnings(template))


@pytest.mark.parametrize(("mode", "found", "hit"), [
    ("ALL", 6, 6), ("COUNT(2)", 6, 2), ("COUNT(9)", 6, 6), ("PERCENT(50)", 6, 3), ("PERCENT(1)", 6, 1),
    ("PERCENT(50)", 0, 0), ("COUNT(²)", 6, 6),
])  # fmt: skip
def test_a_selection_mode_says_how_many(mode: str, found: int, hit: int) -> None:
    assert selected(mode, found) == hit


def test_each_state_has_its_meaning() -> None:
    assert [gone_wrong(status, "") for status in (*STARTED, "completed")] == [""] * 4
    assert gone_wrong("cancelled", "") == "Blocked by the safety lever of AWS FIS."
    assert gone_wrong("stopped", "an alarm.") == "Aborted by AWS FIS: an alarm."
    assert gone_wrong("failed", "no role") == "The FIS experiment failed: no role."
    assert set(OVER) == {"completed", "stopped", "failed", "cancelled"}
