"""A pipeline of somebody else asks for its step, takes it, reports it, and is told to go back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deployments.models import ExternalStep, Rollout
from deployments.rollouts.start import start
from deployments.targets.contract import MOVING, SETTLED, TargetError, of
from deployments.targets.external import locate
from portal.access.models import AuditEvent
from portal.changes import engine
from portal.changes.models import Change

from .conftest import LEASE, applied, armed
from .worlds import World

pytestmark = pytest.mark.django_db
AUDIT = "rollout.step"


@pytest.fixture
def rollout(service: Callable[..., Any], plan: Any) -> Rollout:
    """A rollout of checkout that Jenkins moves."""
    named = {"baseline": "41", "pipeline": "jenkins"}
    return start(service("checkout"), plan, version="2.0", canary="42", by="mira", kind="external", **named)


def url(rollout: Rollout) -> str:
    return f"/api/v1/deployments/rollouts/{rollout.pk}/step/"


def move(rollout: Rollout, percent: float) -> Change:
    """What the rollout engine does to reach a weight."""
    kind = of(rollout.target)
    restore = kind.change.observe({**rollout.target})
    rollout.target = {**rollout.target, "restore": rollout.target.get("restore", restore)}
    Rollout.objects.filter(pk=rollout.pk).update(target=rollout.target, state="running")
    to = kind.wanted(rollout.target, rollout.target["restore"], percent)
    target = {**rollout.target, "to": to, "expected": restore}
    armed_change = engine.arm("external", target, owner=rollout.owner, by="mira", lease=LEASE, reason="step")
    return engine.apply(armed_change)


def test_before_anything_is_wanted_the_pipeline_waits(rollout: Rollout, vera: Any, api: Callable[..., Any]) -> None:
    step = api(vera).get(url(rollout)).json()
    assert (step["go"], step["weight"], step["segment"]) == (None, 0.0, "Canary")
    assert step["reasons"]


def test_the_pipeline_is_told_to_go_reports_and_then_waits_for_the_verdict(
    rollout: Rollout, mira: Any, api: Callable[..., Any]
) -> None:
    change = move(rollout, 5)
    client = api(mira)
    assert client.get(url(rollout)).json() | {"reasons": []} == {
        "segment": "Canary", "weight": 5.0, "go": True, "reasons": []
    }  # fmt: skip
    assert of(change.target).progress(change.target).state == MOVING
    reply = client.post(url(rollout), {"weight": 5}, format="json")
    assert reply.status_code == 200
    assert reply.json()["go"] is None
    assert of(change.target).progress(change.target).state == SETTLED
    assert ExternalStep.objects.get().reported_by == "mira"
    assert AuditEvent.objects.filter(action=AUDIT).count() == 1
    assert "jenkins reports 5 %" in rollout.steps.first().text


def test_a_report_rings_the_rollout_at_once(rollout: Rollout, mira: Any, api: Callable[..., Any]) -> None:
    before = Rollout.objects.get().due_at
    api(mira).post(url(rollout), {"weight": 5}, format="json")
    assert Rollout.objects.get().due_at > before


def test_a_rollback_is_no_go_and_is_proven_by_the_report(rollout: Rollout, mira: Any, api: Callable[..., Any]) -> None:
    change, client = move(rollout, 25), api(mira)
    client.post(url(rollout), {"weight": 25}, format="json")
    Rollout.objects.update(state="rolling_back", reason="Errors tripled.")
    change = engine.undo(change, "worse")
    assert change.state == "undo_failed"
    step = client.get(url(rollout)).json()
    assert (step["go"], step["weight"], step["reasons"]) == (False, 0.0, ["Errors tripled."])
    client.post(url(rollout), {"weight": 0}, format="json")
    assert engine.undo(Change.objects.get(pk=change.pk), "worse").state == "undone"


@pytest.mark.parametrize(("state", "go"), [("paused", None), ("succeeded", True), ("failed", False)])
def test_each_state_has_its_answer(
    rollout: Rollout, vera: Any, api: Callable[..., Any], state: str, go: bool | None
) -> None:
    Rollout.objects.update(state=state, paused_reason="A freeze.", reason="No.")
    step = api(vera).get(url(rollout)).json()
    assert step["go"] is go
    assert step["reasons"]


@pytest.mark.parametrize("weight", [-1, 101, "many", None, [], True, "NaN", "Infinity", 1e400])
def test_a_weight_outside_zero_to_a_hundred_is_refused(
    rollout: Rollout, mira: Any, api: Callable[..., Any], weight: Any
) -> None:
    sent = {"weight": weight} if weight != 1e400 else {"weight": "1e400"}
    assert api(mira).post(url(rollout), sent, format="json").status_code == 400
    assert not ExternalStep.objects.exists()


def test_only_editors_of_the_owning_team_report(
    rollout: Rollout, vera: Any, jon: Any, ana: Any, mira: Any, api: Callable[..., Any]
) -> None:
    for user, code in ((vera, 403), (jon, 403), (ana, 403), (mira, 200)):
        assert api(user).post(url(rollout), {"weight": 5}, format="json").status_code == code
    assert api().get(url(rollout)).status_code == 401
    assert api(mira).post("/api/v1/deployments/rollouts/999/step/", {"weight": 5}).status_code == 404


def test_a_rollout_that_moves_its_traffic_itself_has_no_step(
    rollout: Rollout, mira: Any, api: Callable[..., Any]
) -> None:
    Rollout.objects.update(target={"kind": "lambda-alias"})
    assert api(mira).get(url(rollout)).status_code == 409


def test_a_report_after_the_end_changes_nothing(rollout: Rollout, mira: Any, api: Callable[..., Any]) -> None:
    Rollout.objects.update(state="succeeded")
    assert api(mira).post(url(rollout), {"weight": 5}, format="json").status_code == 409
    assert not ExternalStep.objects.exists()


def test_a_pipeline_that_goes_ahead_by_itself_is_seen(world_of: Callable[[str], World]) -> None:
    world = world_of("external")
    change = applied(world, 5)
    world.work()
    world.meddle()
    assert not world.kind.change.verify_applied(change.target)
    assert world.progress().state == MOVING


def test_each_rollout_has_a_ticket_of_its_own(service: Callable[..., Any], world_of: Callable[[str], World]) -> None:
    entity = service("checkout")
    one, other = (locate(entity, {"canary": "2", "baseline": "1"})["ticket"] for _ in range(2))
    assert one != other
    with pytest.raises(TargetError, match="against itself"):
        locate(entity, {"canary": "1", "baseline": "1"})
    assert armed(world_of("external")).state == "armed"
