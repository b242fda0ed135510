"""What each gate says, and what that means by the plan's policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.gates import ask
from deployments.gates.registry import GateKind, gates
from deployments.models import Incident
from services import facts
from services.guards import Guard, guards
from tests.deployments.gates.conftest import gate

HOUR = timedelta(hours=1)


def alarms(entity: Any, *states: str, fresh: bool = True) -> None:
    """Publish the service's alarms in these states."""
    items = [{"name": f"alarm-{number}", "state": state} for number, state in enumerate(states)]
    ends = timezone.now() + (HOUR if fresh else -HOUR)
    facts.publish(entity, "aws.alarms", {"items": items, "count": len(items)}, source="test", expires_at=ends)


def incident(entity: Any, severity: str, **fields: Any) -> Incident:
    """An open incident."""
    now = timezone.now()
    values = {"source": "test", "external_id": severity, "title": "Down", "opened_at": now - HOUR, "occurred_at": now}
    return Incident.objects.create(service=entity, severity=severity, **(values | fields))


def blocked(rollout: Any) -> list[str]:
    """Codes of the gates that block."""
    return [one.code for one in ask.standing(rollout) if one.blocks]


def test_a_rollout_of_a_quiet_service_is_let_through(planned: Callable[..., Any]) -> None:
    assert blocked(planned()) == []


def test_an_alarm_that_rings_blocks_and_names_itself(planned: Callable[..., Any]) -> None:
    rollout = planned()
    alarms(rollout.entity, "OK", "ALARM")
    found = gate(ask.standing(rollout), "alarms")
    assert (found.blocks, found.state, found.reason, found.subjects) == (True, "poor", "alarm", ("alarm-1",))
    assert found.who_may_override == "operator"


def test_alarms_that_nobody_saw_lately_deny_where_the_plan_relies_on_them(planned: Callable[..., Any]) -> None:
    rollout = planned(alarms="block")
    alarms(rollout.entity, "OK", fresh=False)
    found = gate(ask.standing(rollout), "alarms")
    assert (found.state, found.blocks, found.reason) == ("stale", True, "not-known")


@pytest.mark.parametrize(("policy", "state"), [("warn", "fair"), ("off", None)])
def test_a_gate_that_only_warns_or_is_off_stops_nothing(
    policy: str, state: str | None, planned: Callable[..., Any]
) -> None:
    rollout = planned(alarms=policy)
    alarms(rollout.entity, "ALARM")
    found = gate(ask.standing(rollout), "alarms")
    assert (found.state if found else None) == state
    assert blocked(rollout) == []


@pytest.mark.parametrize("severity", ["critical", "SEV1", "", "p0"])
def test_an_open_severe_incident_blocks(severity: str, planned: Callable[..., Any]) -> None:
    rollout = planned()
    row = incident(rollout.entity, severity)
    assert blocked(rollout) == ["incidents"]
    Incident.objects.filter(pk=row.pk).update(resolved_at=timezone.now())
    assert blocked(rollout) == []


def test_a_minor_incident_warns_unless_the_plan_names_its_severity(planned: Callable[..., Any]) -> None:
    rollout = planned(incidents={"policy": "block", "severities": ["low"]})
    incident(rollout.entity, "critical")
    found = gate(ask.standing(rollout), "incidents")
    assert (found.state, found.blocks) == ("fair", False)
    incident(rollout.entity, "low")
    assert blocked(rollout) == ["incidents"]


def test_insufficient_data_of_aws_config_denies_only_where_the_plan_says_block(planned: Callable[..., Any]) -> None:
    rollout = planned(compliance="block")
    facts.publish(rollout.entity, "deployments.pipeline", {"groups": [], "pipelines": []}, source="test")
    assert blocked(rollout) == ["compliance"]
    assert gate(ask.look(rollout.entity, ask.policy_of(None)), "compliance").state == "stale"


def test_a_guard_of_another_plugin_blocks_and_only_an_admin_may_override(planned: Callable[..., Any]) -> None:
    rollout = planned()
    with guards.temporarily(Guard("chaos", "Chaos", lambda query: "an experiment is under way")):
        found = gate(ask.standing(rollout), "guards")
    assert (found.blocks, found.note, found.who_may_override) == (True, "an experiment is under way", "admin")


def test_a_gate_that_fails_denies(planned: Callable[..., Any]) -> None:
    def broken(question: Any) -> Any:
        raise ValueError("no answer")

    rollout = planned()
    with gates.temporarily(GateKind("alarms", "Alarms", broken, "operator", order=50)):
        found = gate(ask.standing(rollout), "alarms")
    assert (found.blocks, found.reason) == (True, "failed")


def test_anybody_may_ask_go_or_no_go_and_nothing_is_written(
    service: Callable[..., Any], vera: Any, api: Callable[..., Any], freeze: Callable[..., Any]
) -> None:
    service("checkout")
    freeze(scope="service", scope_value="checkout")
    reply = api(vera).get("/api/v1/deployments/gates/", {"service": "checkout"}).json()
    assert reply["allowed"] is False
    found = next(one for one in reply["gates"] if one["code"] == "freeze")
    assert (found["blocks"], found["reason"], found["who_may_override"]) == (True, "freeze", "operator")
    assert api(vera).get("/api/v1/deployments/gates/", {"service": "moon"}).status_code == 400
    assert api(vera).get("/api/v1/deployments/gates/").status_code == 400
    assert api().get("/api/v1/deployments/gates/", {"service": "checkout"}).status_code == 401


def test_a_freeze_of_another_environment_stops_nothing_here(
    service: Callable[..., Any], vera: Any, api: Callable[..., Any], freeze: Callable[..., Any]
) -> None:
    service("checkout")
    freeze(environment="staging")
    ask_ = {"service": "checkout"}
    assert api(vera).get("/api/v1/deployments/gates/", ask_).json()["allowed"] is True
    assert api(vera).get("/api/v1/deployments/gates/", {**ask_, "environment": "staging"}).json()["allowed"] is False
