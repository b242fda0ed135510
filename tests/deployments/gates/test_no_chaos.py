"""When deployments forbid chaos: each reason denies and names who may change it; what is not known denies too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.gates import budgets
from deployments.models import Incident
from services import facts, guards


def reason(entity: Any) -> str:
    """What speaks against chaos on the service."""
    return "; ".join(guards.ask("chaos", entity).reasons)


def alarms(entity: Any, state: str, *, expired: bool = False) -> None:
    """The alarms of the service as discovery saw them."""
    now = timezone.now()
    items = {"items": [{"name": "checkout-5xx", "state": state}], "count": 1}
    ends = now - timedelta(seconds=1) if expired else now + timedelta(minutes=5)
    facts.publish(entity, "aws.alarms", items, source="test", expires_at=ends)


def test_a_service_that_nobody_watches_is_no_unknown(service: Callable[..., Any]) -> None:
    assert not reason(service())


def test_an_open_incident_denies_whatever_its_severity(service: Callable[..., Any]) -> None:
    entity, now = service(), timezone.now()
    made = Incident.objects.create(
        service=entity, source="test", external_id="1", title="Slow", severity="sev4", opened_at=now, occurred_at=now
    )
    assert "an open incident: “Slow”; whoever leads it resolves it" in reason(entity)
    Incident.objects.filter(pk=made.pk).update(resolved_at=now)
    assert not reason(entity)


def test_an_alarm_that_rings_denies_and_a_quiet_one_does_not(service: Callable[..., Any]) -> None:
    entity = service()
    alarms(entity, "ALARM")
    assert "rings: checkout-5xx; payments owns the alarm" in reason(entity)
    alarms(entity, "OK")
    assert not reason(entity)


def test_an_alarm_that_rings_under_the_fault_is_judged_by_the_experiment(service: Callable[..., Any]) -> None:
    entity = service()
    alarms(entity, "ALARM")
    assert guards.ask("chaos", entity, detail={"under_fault": True}).allowed


def test_alarms_that_nobody_has_looked_at_for_a_while_deny(service: Callable[..., Any]) -> None:
    entity = service()
    alarms(entity, "OK", expired=True)
    assert "not known" in reason(entity)


@pytest.mark.parametrize(("remaining", "words"), [(0.5, ""), (0.19, "nearly spent"), (-0.4, "nearly spent")])
def test_a_budget_nearly_spent_denies(service: Callable[..., Any], mira: Any, remaining: float, words: str) -> None:
    entity, now = service(), timezone.now()
    budgets.push(entity, mira, slo="availability", at=now, values={"remaining": remaining}, target=0.999)
    said = reason(entity)
    assert words in said
    assert bool(said) is bool(words)


def test_a_budget_of_which_nobody_has_heard_for_a_day_denies(service: Callable[..., Any], mira: Any) -> None:
    entity, old = service(), timezone.now() - timedelta(hours=25)
    budgets.push(entity, mira, slo="availability", at=old, values={"remaining": 0.9}, target=0.999)
    assert "the error budget is not known" in reason(entity)


def test_these_guards_do_not_speak_of_rollouts(service: Callable[..., Any]) -> None:
    entity = service()
    alarms(entity, "ALARM")
    assert guards.ask("rollout", entity).allowed
