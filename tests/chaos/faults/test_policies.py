"""Denials by policy: the text, and who may not be denied."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine import denial
from chaos.faults import event_source_off, lambda_timeout, queue_denied, table_denied
from portal.aws import table_policy
from portal.aws.errors import AwsError
from portal.aws.models import Account
from tests.chaos.faults.case import Case, Stage
from tests.chaos.faults.lambda_cases import FUNCTION, TIMEOUT
from tests.chaos.faults.policy_cases import CHECKOUT, CONSUMER, DYNAMODB, READ, RECEIVE, ROLE, SQS, TABLE, mappings

Make = Callable[[Case], Stage]
ARN = "arn:aws:sqs:eu-west-1:111111111111:q"
sids = st.text("abcdefgh", min_size=1, max_size=8)
statements = st.lists(st.fixed_dictionaries({"Sid": sids, "Effect": st.sampled_from(["Allow", "Deny"])}), max_size=4)


@st.composite
def policies(draw: Any) -> str:
    """No policy, or one of some statements in some layout; a lone statement may stand without its list."""
    found = draw(statements)
    if not found and draw(st.booleans()):
        return ""
    body = found[0] if len(found) == 1 and draw(st.booleans()) else found
    return json.dumps({"Version": "2012-10-17", "Statement": body}, indent=draw(st.sampled_from([None, 1, 4])))


@given(policies())
def test_a_denial_goes_in_and_comes_out_to_the_byte(policy: str) -> None:
    ours = denial.denied(policy, [ROLE], ["sqs:SendMessage"], [ARN])
    assert denial.is_denied(ours)
    assert not denial.is_denied(policy)
    assert denial.allowed_again(ours, policy, ours) == policy


@given(policies(), sids)
def test_what_somebody_has_added_since_stays(policy: str, sid: str) -> None:
    ours = denial.denied(policy, [ROLE], ["sqs:SendMessage"], [ARN])
    document = json.loads(ours)
    document["Statement"].insert(0, {"Sid": sid, "Effect": "Allow"})
    left = denial.allowed_again(json.dumps(document), policy, ours)
    assert not denial.is_denied(left)
    assert {"Sid": sid, "Effect": "Allow"} in json.loads(left)["Statement"]


@pytest.mark.parametrize("fault", [queue_denied, table_denied])
def test_no_denial_touches_the_policy_itself(fault: Any) -> None:
    named = {action for actions in fault.ACTIONS.values() for action in actions}
    assert not [action for action in named if "Policy" in action or "Attributes" in action or action.endswith("*")]


def test_the_portals_own_role_is_never_denied(stage: Make) -> None:
    played = stage(SQS)
    Account.objects.filter(account_id="111111111111").update(chaos_role_arn=ROLE)
    assert "lock itself out" in queue_denied.preview(played.entity, RECEIVE).refusal


def test_a_service_without_a_known_role_is_refused(stage: Make) -> None:
    played = stage(Case(**{**vars(DYNAMODB), "facts": {"aws.dynamodb": CHECKOUT["aws.dynamodb"]}}))
    found = table_denied.preview(played.entity, READ)
    assert found.refusal.startswith("No function or task of checkout with a role of its own")


def test_the_preview_names_the_roles(stage: Make) -> None:
    found = table_denied.preview(stage(DYNAMODB).entity, READ)
    assert found.sentence == "checkout cannot read orders-table: AccessDeniedException."
    assert dict(found.rows)["lambda-execution"] == "this role is denied"
    assert "dynamodb:PutItem" not in found.target["actions"]


def test_a_queue_is_not_denied_twice(stage: Make) -> None:
    target = queue_denied.preview(stage(SQS).entity, RECEIVE).target
    queue_denied.apply(target)
    with pytest.raises(ValueError, match="denied already"):
        queue_denied.observe(target)


def test_a_policy_that_somebody_writes_at_the_same_moment_is_not_overwritten(stage: Make) -> None:
    played = stage(DYNAMODB)
    target = table_denied.preview(played.entity, READ).target
    old = table_policy.policy(target["account"], target["region"], TABLE)
    theirs = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Theirs", "Effect": "Allow"}]})
    played.client("dynamodb", "eu-west-1").put_resource_policy(ResourceArn=TABLE, Policy=theirs)
    with pytest.raises(AwsError):
        table_policy.set_policy(target["account"], target["region"], TABLE, "{}", old.revision)
    assert table_policy.policy(target["account"], target["region"], TABLE).text == theirs


def test_a_consumer_that_is_off_is_not_switched_off(stage: Make) -> None:
    played = stage(CONSUMER)
    target = event_source_off.preview(played.entity, FUNCTION).target
    event_source_off.apply(target)
    assert mappings(played) == ["Disabled"]
    assert "nothing to switch off" in event_source_off.preview(played.entity, FUNCTION).refusal
    with pytest.raises(ValueError, match="is Disabled"):
        event_source_off.observe(target)


def test_a_consumer_whose_mapping_was_deleted_is_not_missed(stage: Make) -> None:
    played = stage(CONSUMER)
    target = event_source_off.preview(played.entity, FUNCTION).target
    before = event_source_off.observe(target)
    event_source_off.apply(target)
    played.aws.state.refusals.clear()
    from portal.sandbox.backends import lambda_backend

    lambda_backend("111111111111", "eu-west-1").delete_event_source_mapping(target["mappings"][0])
    event_source_off.undo(target, before)
    assert event_source_off.verify_undone(target, before)


@pytest.mark.parametrize(("timeout", "says"), [("15", "give less"), ("99", "give less"), ("1", "")])
def test_a_timeout_is_only_lowered(stage: Make, timeout: str, says: str) -> None:
    found = lambda_timeout.FAULT.preview(stage(TIMEOUT).entity, {**FUNCTION, "timeout": timeout})
    assert says in found.refusal
    assert bool(found.refusal) == bool(says)


def test_where_all_callers_use_a_published_version_nothing_would_happen(stage: Make) -> None:
    played = stage(Case(**{**vars(TIMEOUT), "service": "checkout", "facts": CHECKOUT}))
    found = lambda_timeout.FAULT.preview(played.entity, {**FUNCTION, "function": "checkout", "timeout": "1"})
    assert found.refusal.startswith("checkout is called by live → 41, and published versions keep their settings")
