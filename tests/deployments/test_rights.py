"""Who may do what to a rollout, on pages and over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deployments.models import Rollout, RolloutPlan
from portal.access.models import AuditEvent
from services import facts

ACTIONS = ("pause", "resume", "promote", "rollback")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("who", ["vera", "jon", "ana"])
def test_a_viewer_and_an_operator_of_another_team_cannot_touch_a_rollout(
    who: str,
    action: str,
    rollout: Rollout,
    request: pytest.FixtureRequest,
    api: Callable[..., Any],
    browse: Callable[..., Any],
) -> None:
    user = request.getfixturevalue(who)
    assert api(user).post(f"/api/v1/deployments/rollouts/{rollout.pk}/{action}/").status_code == 403
    assert browse(user).post(f"/deployments/rollouts/{rollout.pk}/{action}/").status_code == 403
    rollout.refresh_from_db()
    assert rollout.state == "planned"


@pytest.mark.parametrize("action", ACTIONS)
def test_a_rollout_that_is_not_there_is_404_for_an_operator(
    action: str, mira: Any, api: Callable[..., Any], browse: Callable[..., Any]
) -> None:
    assert api(mira).post(f"/api/v1/deployments/rollouts/999/{action}/").status_code == 404
    assert browse(mira).post(f"/deployments/rollouts/999/{action}/").status_code == 404


def test_nobody_acts_without_signing_in(rollout: Rollout, api: Callable[..., Any], browse: Callable[..., Any]) -> None:
    assert api().post(f"/api/v1/deployments/rollouts/{rollout.pk}/rollback/").status_code == 401
    assert browse().post(f"/deployments/rollouts/{rollout.pk}/rollback/").status_code == 302


def test_an_operator_rolls_back_and_the_audit_trail_names_her(
    rollout: Rollout, mira: Any, api: Callable[..., Any]
) -> None:
    reply = api(mira).post(f"/api/v1/deployments/rollouts/{rollout.pk}/rollback/", {"reason": "complaints"})
    assert reply.status_code == 200
    rollout.refresh_from_db()
    assert rollout.state == "rolling_back"
    event = AuditEvent.objects.get(action="rollout.rolling_back")
    assert (event.actor, event.severity) == ("mira", "high")
    assert "complaints" in rollout.reason


def test_an_act_that_the_state_does_not_allow_is_a_conflict(
    rollout: Rollout, mira: Any, api: Callable[..., Any]
) -> None:
    Rollout.objects.update(state="rolled_back")
    for action in ACTIONS:
        assert api(mira).post(f"/api/v1/deployments/rollouts/{rollout.pk}/{action}/").status_code == 409


def test_a_rollout_starts_only_on_a_function_that_discovery_found_for_the_service(
    service: Callable[..., Any], plan: Any, mira: Any, api: Callable[..., Any]
) -> None:
    entity = service("checkout")
    body = {"service": "checkout", "version": "2026.11.3", "canary": "42", "plan": plan.name}
    assert api(mira).post("/api/v1/deployments/rollouts/", body).status_code == 409
    item = {"name": "checkout", "account": "111111111111", "region": "eu-west-1"}
    facts.publish(entity, "aws.lambda", {"items": [item], "count": 1}, source="test")
    assert api(mira).post("/api/v1/deployments/rollouts/", {**body, "function": "ledger"}).status_code == 409
    reply = api(mira).post("/api/v1/deployments/rollouts/", body)
    assert reply.status_code == 201
    assert Rollout.objects.get().target["account"] == "111111111111"
    assert api(mira).post("/api/v1/deployments/rollouts/", body).status_code == 409


def test_a_foreign_operator_cannot_start_a_rollout(
    service: Callable[..., Any], plan: Any, jon: Any, api: Callable[..., Any]
) -> None:
    service("checkout")
    body = {"service": "checkout", "version": "1", "canary": "42", "plan": plan.name}
    assert api(jon).post("/api/v1/deployments/rollouts/", body).status_code == 403


def test_a_plan_is_checked_and_its_versions_never_change(mira: Any, vera: Any, api: Callable[..., Any]) -> None:
    good = {"name": "fast", "definition": {"segments": [{"name": "All", "weight": 100}]}}
    assert api(vera).post("/api/v1/deployments/plans/", good, format="json").status_code == 403
    bad = {**good, "definition": {"segments": [{"name": "All", "weight": 70}]}}
    assert api(mira).post("/api/v1/deployments/plans/", bad, format="json").status_code == 400
    first = api(mira).post("/api/v1/deployments/plans/", good, format="json").json()
    other = {**good, "definition": {"segments": [{"name": "Half", "weight": 50}, {"name": "All", "weight": 100}]}}
    second = api(mira).post("/api/v1/deployments/plans/", other, format="json").json()
    assert (first["version"], second["version"]) == (1, 2)
    with pytest.raises(TypeError, match="never changes"):
        RolloutPlan.objects.get(pk=first["id"]).save()


def test_a_rollout_can_start_with_the_plan_that_comes_with_the_portal(
    service: Callable[..., Any], mira: Any, browse: Callable[..., Any]
) -> None:
    entity = service("checkout")
    item = {"name": "checkout", "account": "111111111111", "region": "eu-west-1"}
    facts.publish(entity, "aws.lambda", {"items": [item], "count": 1}, source="test")
    body = {"version": "1.2", "function": "checkout", "alias": "live", "canary": "2", "plan": "standard canary"}
    reply = browse(mira).post("/deployments/rollouts/new/?service=checkout", body)
    assert reply.status_code == 302
    assert Rollout.objects.get().segments.count() == 4


@pytest.mark.parametrize("canary", ["$LATEST", "42; rm", "", "-1", 4.5, None, ["42"]])
def test_a_version_that_is_no_number_is_refused(
    canary: Any, service: Callable[..., Any], plan: Any, mira: Any, api: Callable[..., Any]
) -> None:
    service("checkout")
    body = {"service": "checkout", "version": "1", "canary": canary, "plan": plan.name}
    assert api(mira).post("/api/v1/deployments/rollouts/", body, format="json").status_code == 400
