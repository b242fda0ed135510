"""What stops a rollout: an alarm, a time limit, AWS that does not answer, a person; and what a person may do then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.models import Rollout, RolloutPlan
from deployments.rollouts import control
from deployments.rollouts.start import plan_rollout
from deployments.targets import lambda_alias
from deployments.targets.contract import BROKEN, MOVING, Progress, targets
from portal.access.models import AuditEvent
from portal.aws import session
from portal.changes.models import Change
from portal.sandbox.server import Sandbox
from services.guards import Guard, guards
from services.models import Entity
from tests.deployments.conftest import ACCOUNT, PLAN, REGION, TARGET, Alias, age, counts, ring

GOOD = {"canary": (100, 1), "baseline": (1900, 19)}


@pytest.fixture
def planned(service: Callable[..., Entity]) -> Callable[..., Rollout]:
    """planned(alarms=[...]): a rollout by the three steps with changes to its plan."""

    def make(**changed: Any) -> Rollout:
        plan = RolloutPlan.objects.create(name="changed", definition=PLAN | changed)
        return plan_rollout(service("checkout"), plan, dict(TARGET), version="2", previous_version="1", by="mira")

    return make


def alarm(name: str, state: str) -> None:
    client = session.client(ACCOUNT, REGION, "cloudwatch", role="read")
    client.put_metric_alarm(
        AlarmName=name, MetricName="Errors", Namespace="AWS/Lambda", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def test_an_alarm_takes_the_rollout_back(alias: Alias, planned: Callable[..., Rollout]) -> None:
    rollout = planned(alarms=["checkout-errors"])
    alarm("checkout-errors", "OK")
    ring(rollout)
    assert alias.traffic == ("1", {"2": 0.05})
    alarm("checkout-errors", "ALARM")
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {}))
    assert rollout.reason == "Alarm checkout-errors is in ALARM."


def test_an_alarm_that_is_not_there_lets_no_segment_pass(alias: Alias, planned: Callable[..., Rollout]) -> None:
    rollout = planned(alarms=["nobody-made-it"])
    ring(rollout)
    counts(**GOOD)
    age(rollout, 60)
    ring(rollout)
    assert (rollout.state, rollout.segment_index) == ("running", 0)
    age(rollout, 600)
    counts()
    ring(rollout)
    assert rollout.segment_index == 0


@pytest.fixture
def slow() -> Callable[[Progress], Any]:
    """slow(progress): Lambda aliases that AWS moves in its own time, as it does with other targets."""

    def use(progress: Progress) -> Any:
        return targets.temporarily(replace(lambda_alias.KIND, progress=lambda target: progress))

    return use


def test_a_segment_that_aws_does_not_move_in_time_is_taken_back(
    alias: Alias, rollout: Rollout, slow: Callable[[Progress], Any]
) -> None:
    with slow(Progress(MOVING, 0.4)):
        ring(rollout)
        assert rollout.segments.first().state == "moving"
        age(rollout, 1801)
        ring(rollout)
        assert rollout.state == "rolling_back"
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {}))
    assert "has not moved Canary within 1800 s: 40" in rollout.reason


def test_a_segment_that_aws_gives_up_on_is_taken_back(
    alias: Alias, rollout: Rollout, slow: Callable[[Progress], Any]
) -> None:
    with slow(Progress(BROKEN, 0.4, "too many hosts failed")):
        ring(rollout)
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {}))
    assert rollout.reason == "AWS gave up on Canary: too many hosts failed."


@pytest.mark.parametrize("code", ["ThrottlingException", "ExpiredTokenException", "AccessDeniedException"])
def test_aws_that_does_not_answer_pauses_the_rollout_keeps_what_is_armed_and_lets_it_go_on(
    aws: Sandbox, alias: Alias, rollout: Rollout, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(rollout)
    aws.state.refusals[("lambda", "GetAlias", "", "")] = (code, 400)
    monkeypatch.setattr("time.sleep", lambda _: None)
    ring(rollout)
    assert rollout.state == "running"
    Rollout.objects.update(trouble_since=timezone.now() - timedelta(minutes=3))
    ring(rollout)
    assert (rollout.state, rollout.paused_kind) == ("paused", "aws")
    assert Change.objects.get().state == "applied"
    ring(rollout)
    assert rollout.state == "paused"
    aws.state.refusals.clear()
    ring(rollout)
    assert rollout.state == "running"
    counts(**GOOD)
    age(rollout, 60)
    ring(rollout)
    assert alias.traffic == ("1", {"2": 0.25})


def test_a_denied_undo_is_kept_and_tried_until_it_is_proven(
    aws: Sandbox, alias: Alias, rollout: Rollout, mira: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(rollout)
    aws.state.refusals[("lambda", "UpdateAlias", "", "")] = ("AccessDeniedException", 403)
    monkeypatch.setattr("time.sleep", lambda _: None)
    control.abort(rollout, mira, "wrong build")
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("rolling_back", ("1", {"2": 0.05}))
    assert Change.objects.get().state == "undo_failed"
    aws.state.refusals.clear()
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {}))


def test_an_aborted_rollout_that_changed_nothing_says_so(alias: Alias, rollout: Rollout, mira: Any) -> None:
    control.abort(rollout, mira)
    ring(rollout)
    assert (rollout.state, alias.writes) == ("rolled_back", [])
    assert "nothing had been changed" in rollout.steps.first().text


def test_a_rollout_that_was_taken_back_can_be_tried_again_as_one_of_its_own(
    alias: Alias, rollout: Rollout, mira: Any
) -> None:
    ring(rollout)
    control.abort(rollout, mira)
    ring(rollout)
    second = control.retry(rollout, mira, "the host was sick")
    ring(second)
    assert (second.state, second.retry_of_id, alias.traffic) == ("running", rollout.pk, ("1", {"2": 0.05}))
    assert rollout.state == "rolled_back"


def test_only_what_failed_can_be_tried_again(alias: Alias, rollout: Rollout, mira: Any) -> None:
    with pytest.raises(control.IllegalMove, match="failed or was rolled back"):
        control.retry(rollout, mira)


def test_an_override_needs_a_reason_and_is_named_so_in_the_audit(
    alias: Alias, rollout: Rollout, mira: Any, api: Any
) -> None:
    ring(rollout)
    url = f"/api/v1/deployments/rollouts/{rollout.pk}/promote/"
    refused = api(mira).post(url, {}, format="json")
    assert (refused.status_code, "why it may pass" in str(refused.json())) == (400, True)
    assert api(mira).post(url, {"reason": "seen in staging"}, format="json").status_code == 200
    assert AuditEvent.objects.filter(action="rollout.override").count() == 1


def test_a_canary_that_turns_worse_while_it_waits_for_a_gate_is_taken_back(alias: Alias, rollout: Rollout) -> None:
    ring(rollout)
    counts(**GOOD)
    age(rollout, 60)
    with guards.temporarily(Guard("freeze", "Freeze", lambda query: "Frozen." if query.action == "rollout" else "")):
        ring(rollout)
        assert (rollout.state, rollout.segment_index, alias.traffic) == ("paused", 1, ("1", {"2": 0.05}))
        counts(canary=(100, 40), baseline=(1900, 19))
        ring(rollout)
    assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {}))
    assert [segment.state for segment in rollout.segments.all()] == ["stopped", "stopped", "stopped"]
