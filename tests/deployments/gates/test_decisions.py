"""Approvals and overrides: who may, what counts, and how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.gates import approvals, ask
from deployments.models import Approval, GateOverride, Rollout
from portal.access.models import AuditEvent
from services import facts
from tests.deployments.conftest import Alias, ring
from tests.deployments.gates.conftest import gate
from tests.deployments.gates.test_gates import alarms

TWO = {"approvals": [{"segment": "Canary", "count": 2, "valid_minutes": 60}]}


@pytest.fixture
def kim(person: Callable[..., Any]) -> Any:
    """A second operator of payments."""
    return person("kim", "operator", "payments")


def decide(client: Any, rollout: Rollout, verdict: str = "approve", order: int = 0, **body: Any) -> int:
    """Approve or deny over REST; the status of the reply."""
    address = f"/api/v1/deployments/rollouts/{rollout.pk}/segments/{order}/{verdict}/"
    return int(client.post(address, body).status_code)


def test_the_starter_cannot_approve_his_own_rollout_where_the_plan_wants_four_eyes(
    planned: Callable[..., Any], mira: Any, kim: Any, api: Callable[..., Any]
) -> None:
    rollout = planned(approvals=[{"segment": "Canary"}])
    assert decide(api(mira), rollout) == 403
    assert decide(api(kim), rollout) == 201
    assert approvals.granted(rollout, rollout.segments.get(order=0))


def test_with_two_eyes_the_starter_may_approve(planned: Callable[..., Any], mira: Any, api: Callable[..., Any]) -> None:
    rollout = planned(approvals=[{"segment": "Canary", "four_eyes": False}])
    assert decide(api(mira), rollout) == 201
    assert approvals.granted(rollout, rollout.segments.get(order=0))


@pytest.mark.parametrize("who", ["vera", "jon", "ana"])
def test_only_operators_of_the_owning_team_decide(
    who: str,
    planned: Callable[..., Any],
    request: pytest.FixtureRequest,
    api: Callable[..., Any],
    browse: Callable[..., Any],
) -> None:
    rollout, user = planned(**TWO), request.getfixturevalue(who)
    assert decide(api(user), rollout) == 403
    assert browse(user).post(f"/deployments/rollouts/{rollout.pk}/segments/0/decide/").status_code == 403
    assert not Approval.objects.exclude(verdict="requested").exists()


def test_two_people_have_to_say_yes_and_the_same_one_twice_is_one(
    planned: Callable[..., Any], kim: Any, admin: Any, api: Callable[..., Any]
) -> None:
    rollout = planned(**TWO)
    canary = rollout.segments.get(order=0)
    decide(api(kim), rollout)
    decide(api(kim), rollout)
    assert not approvals.granted(rollout, canary)
    decide(api(admin), rollout)
    assert approvals.granted(rollout, canary)
    assert AuditEvent.objects.filter(action="rollout.segment-approved", severity="high").count() == 3


def test_an_approval_expires(planned: Callable[..., Any], kim: Any, admin: Any, api: Callable[..., Any]) -> None:
    rollout = planned(**TWO)
    for user in (kim, admin):
        decide(api(user), rollout)
    Approval.objects.filter(by="kim").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not approvals.granted(rollout, rollout.segments.get(order=0))


def test_a_denial_needs_a_reason_outweighs_all_approvals_and_can_be_taken_back(
    planned: Callable[..., Any], kim: Any, admin: Any, api: Callable[..., Any]
) -> None:
    rollout = planned(approvals=[{"segment": "Canary"}])
    canary = rollout.segments.get(order=0)
    decide(api(admin), rollout)
    assert decide(api(kim), rollout, "deny") == 400
    assert decide(api(kim), rollout, "deny", reason="the notes are missing") == 201
    assert not approvals.granted(rollout, canary)
    assert "the notes are missing" in gate(ask.standing(rollout), "approvals").note
    decide(api(kim), rollout)
    assert approvals.granted(rollout, canary)


def test_a_segment_that_nobody_has_to_approve_or_that_has_passed_is_a_conflict(
    planned: Callable[..., Any], kim: Any, api: Callable[..., Any]
) -> None:
    rollout = planned(**TWO)
    assert decide(api(kim), rollout, order=1) == 409
    assert decide(api(kim), rollout, order=9) == 404
    Rollout.objects.update(segment_index=1)
    assert decide(api(kim), rollout) == 409


def test_a_rollout_waits_for_its_approval_and_goes_on_by_itself(
    alias: Alias, planned: Callable[..., Any], kim: Any, api: Callable[..., Any]
) -> None:
    rollout = planned(approvals=[{"segment": "Canary"}])
    for _ in range(3):
        ring(rollout)
    assert (rollout.state, rollout.paused_kind, alias.writes) == ("paused", "guard", [])
    assert Approval.objects.filter(verdict="requested").count() == 1
    assert "Canary waits for approval" in rollout.paused_reason
    alarms(rollout.entity, "ALARM")
    decide(api(kim), rollout)
    ring(rollout)
    assert rollout.paused_reason == "Alarms ring: alarm-0"
    alarms(rollout.entity, "OK")
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("running", ("1", {"2": 0.05}))


def override(client: Any, rollout: Rollout, code: str, **body: Any) -> Any:
    """Override over REST."""
    values = {"gate": code, "reason": "the fix for this alarm", "minutes": 30, **body}
    return client.post(f"/api/v1/deployments/rollouts/{rollout.pk}/overrides/", values)


def test_an_overridden_gate_lets_pass_but_is_never_shown_as_good(
    planned: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    rollout = planned()
    alarms(rollout.entity, "ALARM")
    assert override(api(mira), rollout, "alarms").status_code == 201
    found = gate(ask.standing(rollout), "alarms")
    assert (found.state, found.blocks) == ("fair", False)
    assert "overridden by mira" in found.overridden
    event = AuditEvent.objects.get(action="gate.override")
    assert (event.actor, event.severity, event.detail["gate"]) == ("mira", "high", "alarms")


def test_new_trouble_of_an_overridden_gate_stops_the_rollout_again(
    planned: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    rollout = planned()
    alarms(rollout.entity, "ALARM", "OK")
    override(api(mira), rollout, "alarms")
    alarms(rollout.entity, "ALARM", "ALARM")
    assert gate(ask.standing(rollout), "alarms").blocks


def test_an_override_ends_by_itself_and_by_hand(
    planned: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    rollout = planned()
    alarms(rollout.entity, "ALARM")
    first = override(api(mira), rollout, "alarms").json()["id"]
    GateOverride.objects.filter(pk=first).update(until=timezone.now() - timedelta(seconds=1))
    assert gate(ask.standing(rollout), "alarms").blocks
    second = override(api(mira), rollout, "alarms").json()["id"]
    assert api(mira).delete(f"/api/v1/deployments/overrides/{second}/").status_code == 204
    assert gate(ask.standing(rollout), "alarms").blocks
    assert api(mira).delete(f"/api/v1/deployments/overrides/{second}/").status_code == 409


def test_the_gate_says_who_may_override_it(
    planned: Callable[..., Any], mira: Any, jon: Any, api: Callable[..., Any]
) -> None:
    rollout = planned()
    value = {"compliance": "noncompliant", "noncompliant": ["rds-multi-az"], "rules": 1}
    facts.publish(rollout.entity, "deployments.pipeline", value, source="test")
    alarms(rollout.entity, "ALARM")
    assert override(api(mira), rollout, "compliance").status_code == 403
    assert override(api(jon), rollout, "alarms").status_code == 403
    assert override(api(mira), rollout, "alarms").status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reason": "no"}, 400),
        ({"minutes": 4}, 400),
        ({"minutes": 1441}, 400),
        ({"gate": "moon"}, 400),
        ({"gate": "freeze"}, 409),
    ],
)
def test_an_override_needs_a_reason_a_limit_and_a_gate_that_blocks(
    body: dict[str, Any], status: int, planned: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    rollout = planned()
    alarms(rollout.entity, "ALARM")
    assert override(api(mira), rollout, body.pop("gate", "alarms"), **body).status_code == status
    assert not GateOverride.objects.exists()
