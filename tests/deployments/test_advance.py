"""A rollout goes on by itself, stops when it must, and puts the traffic back when the canary is worse."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments import ingest
from deployments.advance import advance
from deployments.models import Deployment, Judgement, Rollout, RolloutPlan
from deployments.rollouts import control
from deployments.rollouts.claim import claimed
from deployments.rollouts.start import plan_rollout
from deployments.targets import lambda_alias
from portal.changes import engine
from portal.changes.models import Change
from services import facts
from services.guards import Guard, guards
from services.models import Entity

from .conftest import TARGET, Alias, age, counts, ring

GOOD = {"canary": (100, 1), "baseline": (1900, 19)}
BAD = {"canary": (100, 30), "baseline": (1900, 19)}


def baking(rollout: Rollout) -> Rollout:
    """Ring once: armed, applied and baking at 5 %."""
    return ring(rollout)


def die(*_: Any, **__: Any) -> Any:
    """What a killed process does."""
    raise SystemExit


def die_at_apply(rollout: Rollout) -> None:
    """Ring once with a worker that is killed after it has armed, before AWS is touched; its claim runs out."""
    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(SystemExit):
        patch.setattr("deployments.rollouts.moving.engine.apply", die)
        ring(rollout)
    Rollout.objects.update(claimed_until=None)


def test_a_rollout_arms_applies_and_bakes_in_one_ring(alias: Alias, rollout: Rollout) -> None:
    baking(rollout)
    assert rollout.state == "running"
    assert alias.traffic == ("1", {"2": 0.05})
    change = Change.objects.get(owner=rollout.owner)
    assert (change.state, change.before) == ("applied", {"version": "1", "weights": {}})


def test_a_good_canary_goes_on_to_the_end_and_its_weight_becomes_the_new_normal(alias: Alias, rollout: Rollout) -> None:
    for _ in range(8):
        ring(rollout)
        counts(**GOOD)
        age(rollout, 60)
    assert rollout.state == "succeeded"
    assert alias.traffic == ("2", {})
    assert set(Change.objects.values_list("state", flat=True)) == {"kept"}
    assert Deployment.objects.get(source="colonnade").state == "succeeded"
    fact = facts.current(rollout.entity)["deployments.rollout"].value
    assert (fact["last_verdict"], fact["segments_judged"], fact["canary"], fact["rolled_back"]) == (
        "no_worse",
        3,
        True,
        False,
    )


def test_a_worse_canary_is_rolled_back_and_the_alias_is_proven_back(alias: Alias, rollout: Rollout) -> None:
    baking(rollout)
    counts(**BAD)
    age(rollout, 60)
    ring(rollout)
    assert rollout.state == "rolled_back"
    assert alias.traffic == ("1", {})
    assert rollout.last_verdict == "worse"
    assert Change.objects.get().state == "undone"
    assert "proved" in rollout.steps.first().text
    assert facts.current(rollout.entity)["deployments.rollout"].value["rolled_back"] is True


def test_a_worse_canary_is_rolled_back_even_while_a_person_has_paused(
    alias: Alias, rollout: Rollout, mira: Any
) -> None:
    baking(rollout)
    control.pause(rollout, mira)
    counts(**BAD)
    age(rollout, 60)
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {}))


def test_a_rollback_from_a_later_segment_goes_back_in_one_step(alias: Alias, rollout: Rollout) -> None:
    baking(rollout)
    counts(**GOOD)
    age(rollout, 60)
    ring(rollout)
    assert alias.traffic == ("1", {"2": 0.25})
    counts(canary=(600, 200), baseline=(600, 6))
    age(rollout, 60)
    ring(rollout)
    assert rollout.state == "rolled_back"
    assert alias.writes[-1] == {"version": "1", "weights": {}}
    assert len(alias.writes) == 3


def test_missing_metrics_are_inconclusive_and_never_good(alias: Alias, rollout: Rollout) -> None:
    baking(rollout)
    age(rollout, 60)
    ring(rollout)
    assert rollout.state == "running"
    assert Judgement.objects.latest("id").state == "inconclusive"
    age(rollout, 600)
    ring(rollout)
    assert (rollout.state, rollout.paused_kind, rollout.segment_index) == ("paused", "verdict", 0)


def test_counts_that_stop_arriving_do_not_let_a_segment_pass(alias: Alias, rollout: Rollout) -> None:
    baking(rollout)
    counts(**GOOD)
    age(rollout, 60)
    Judgement.objects.all().delete()
    rollout.segments.filter(order=0).update(bake_seconds=3600)
    ring(rollout)
    assert Judgement.objects.latest("id").state == "no_worse"
    for sample in rollout.samples.order_by("at"):
        type(sample).objects.filter(pk=sample.pk).update(at=sample.at - timedelta(minutes=5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deployments.judging.measure.collect", lambda *_, **__: 0)
        ring(rollout)
    assert Judgement.objects.latest("id").state == "inconclusive"


def test_a_worker_that_dies_after_arming_is_carried_on_by_the_next_ring(alias: Alias, rollout: Rollout) -> None:
    die_at_apply(rollout)
    assert (Change.objects.get().state, alias.writes) == ("armed", [])
    ring(rollout)
    assert alias.traffic == ("1", {"2": 0.05})
    assert Change.objects.count() == 1


def test_a_change_that_was_armed_and_never_applied_is_undone_by_recovery(alias: Alias, rollout: Rollout) -> None:
    die_at_apply(rollout)
    assert engine.recover(timezone.now() + timedelta(hours=1)) == 1
    assert (Change.objects.get().state, alias.traffic) == ("undone", ("1", {}))
    ring(rollout)
    assert rollout.state == "rolled_back"
    assert "lease" in rollout.reason


def test_a_worker_that_dies_after_its_change_has_landed_is_carried_on_by_the_next_ring(
    alias: Alias, rollout: Rollout
) -> None:
    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(SystemExit):
        patch.setattr("portal.changes.engine.kinds.get", lambda _: replace(lambda_alias.CHANGE, verify_applied=die))
        ring(rollout)
    assert alias.traffic == ("1", {"2": 0.05})
    Rollout.objects.update(claimed_until=None)
    ring(rollout)
    assert (rollout.state, alias.traffic, len(alias.writes)) == ("running", ("1", {"2": 0.05}), 1)
    assert Change.objects.get().state == "applied"


def test_a_try_that_was_cut_short_before_it_landed_is_made_anew(alias: Alias, rollout: Rollout) -> None:
    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(SystemExit):
        patch.setattr("portal.changes.engine.kinds.get", lambda _: replace(lambda_alias.CHANGE, apply=die))
        ring(rollout)
    assert alias.writes == []
    Rollout.objects.update(claimed_until=None)
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("running", ("1", {"2": 0.05}))
    assert sorted(Change.objects.values_list("state", flat=True)) == ["applied", "undone"]


def test_two_workers_never_hold_the_same_rollout(alias: Alias, rollout: Rollout) -> None:
    with claimed(rollout.pk, timezone.now()) as first:
        assert first is not None
        assert advance(rollout.pk) is False
    assert alias.writes == []
    assert advance(rollout.pk) is True
    assert len(alias.writes) == 1


def test_a_worker_whose_claim_has_run_out_sets_no_weight(alias: Alias, rollout: Rollout) -> None:
    """The slow one has armed; another takes over and applies; the slow one wakes up."""
    real = engine.apply

    def slow(change: Change) -> Change:
        Rollout.objects.update(claimed_until=timezone.now() - timedelta(seconds=1), due_at=timezone.now())
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr("deployments.rollouts.moving.engine.apply", real)
            assert advance(rollout.pk) is True
        return real(change)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deployments.rollouts.moving.engine.apply", slow)
        ring(rollout)
    assert alias.writes == [{"version": "1", "weights": {"2": 0.05}}]
    assert rollout.steps.filter(text__startswith="weight").count() == 1


def test_a_denied_guard_stops_the_rollout_with_its_reason_and_lets_it_go_on_later(
    alias: Alias, rollout: Rollout
) -> None:
    with guards.temporarily(
        Guard("freeze", "Freeze", lambda query: "Frozen until Monday." if query.action == "rollout" else "")
    ):
        ring(rollout)
        assert (rollout.state, rollout.paused_kind) == ("paused", "guard")
        assert "Frozen until Monday." in rollout.paused_reason
        assert alias.writes == []
    ring(rollout)
    assert rollout.state == "running"
    assert alias.traffic == ("1", {"2": 0.05})


def test_a_guard_that_fails_denies(alias: Alias, rollout: Rollout) -> None:
    def broken(query: Any) -> str:
        raise ValueError("no answer")

    with guards.temporarily(Guard("broken", "Calendar", broken)):
        ring(rollout)
    assert (rollout.state, alias.writes) == ("paused", [])


def test_resources_that_break_config_rules_stop_the_rollout(alias: Alias, rollout: Rollout) -> None:
    value = {"compliance": "noncompliant", "noncompliant": ["rds-storage-encrypted"], "rules": 3}
    facts.publish(rollout.entity, "deployments.pipeline", value, source="test")
    ring(rollout)
    assert rollout.state == "paused"
    assert "rds-storage-encrypted" in rollout.paused_reason


def test_no_chaos_while_a_rollout_is_active(rollout: Rollout) -> None:
    from services.guards import ask

    answer = ask("chaos", rollout.entity)
    assert not answer.allowed
    assert "rolling out 2026.11.3" in " ".join(answer.reasons)
    Rollout.objects.update(state="succeeded")
    assert not any("rolling out" in reason for reason in ask("chaos", rollout.entity).reasons)


def test_an_alias_that_somebody_else_changed_is_left_alone(alias: Alias, rollout: Rollout) -> None:
    baking(rollout)
    alias.client.update_alias(
        FunctionName="checkout", Name="live", FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}}
    )
    ring(rollout)
    assert (rollout.state, rollout.paused_kind) == ("paused", "verdict")
    assert alias.traffic == ("2", {})


def test_a_succeeded_rollout_can_be_taken_back_by_hand(alias: Alias, rollout: Rollout, mira: Any) -> None:
    for _ in range(8):
        ring(rollout)
        counts(**GOOD)
        age(rollout, 60)
    control.roll_back(rollout, mira, "late complaints")
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {}))


def test_an_alias_that_already_splits_its_traffic_is_not_touched(alias: Alias, rollout: Rollout) -> None:
    lambda_alias._set({**rollout.target}, {"version": "1", "weights": {"2": 0.5}}, "")
    alias.writes.clear()
    ring(rollout)
    assert (rollout.state, alias.writes) == ("failed", [])


def test_a_segment_that_others_deploy_waits_until_they_report_it(
    alias: Alias, service: Callable[..., Entity], mira: Any
) -> None:
    definition = {
        "period": 10,
        "segments": [
            {"name": "All", "weight": 100, "bake_seconds": 30, "minimum_requests": 100},
            {"name": "us-east-1", "kind": "external", "region": "us-east-1"},
        ],
    }
    plan = RolloutPlan.objects.create(name="two regions", definition=definition)
    rollout = plan_rollout(service("checkout"), plan, dict(TARGET), version="9", by="mira")
    ring(rollout)
    with pytest.raises(control.ReasonWanted, match="say why"):
        control.promote(rollout, mira)
    control.promote(rollout, mira, "seen in staging")
    ring(rollout)
    assert (rollout.state, rollout.segment_index, alias.traffic) == ("running", 1, ("2", {}))
    assert Deployment.objects.get(source="colonnade").state == "succeeded"
    ring(rollout)
    assert rollout.state == "running"
    report = {"version": "9", "state": "succeeded", "region": "us-east-1"}
    ingest.record(rollout.entity, source="ci", external_id="1", occurred_at=timezone.now(), **report)
    ring(rollout)
    assert rollout.state == "succeeded"
