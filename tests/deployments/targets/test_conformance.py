"""What holds for every kind of target, whatever AWS calls its versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from deployments.rollouts.start import start
from deployments.targets.contract import SETTLED, Moved, TargetError, targets
from deployments.targets.traffic import same, share_of
from portal.aws.errors import AwsDenied, AwsError, AwsThrottled
from portal.changes import engine
from portal.changes.models import Change
from services import facts

from .conftest import LEASE, applied, armed
from .worlds import KINDS, World

pytestmark = pytest.mark.django_db
STEPS = (5.0, 25.0, 100.0)


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, world_of: Callable[[str], World]) -> World:
    return world_of(request.param)


def test_there_is_a_world_for_each_kind() -> None:
    assert {kind.key for kind in targets.items()} == set(KINDS)


def test_at_first_all_traffic_is_on_the_old_version(world: World) -> None:
    seen = world.observe()
    assert (seen["version"], seen["weights"]) == (world.old, {})
    assert json.loads(json.dumps(seen)) == seen, "the state before is stored as JSON"
    assert world.kind.describe(seen)


@pytest.mark.parametrize("percent", STEPS)
def test_a_change_is_applied_and_proven_and_then_undone_and_proven(world: World, percent: float) -> None:
    before = world.observe()
    change = applied(world, percent)
    assert change.state == "applied"
    assert world.kind.change.verify_applied(change.target)
    assert world.settle().state == SETTLED
    assert same(world.observe(), change.target["to"])
    undone(world, change)
    assert same(world.observe(), before)
    assert world.observe().get("raw") == before.get("raw"), "the very weights from before"


def undone(world: World, change: Change) -> None:
    """Undo, and go on trying as recovery does while AWS takes its time."""
    change = engine.undo(change, "enough")
    for _ in range(400):
        if change.state == "undone":
            return
        world.work()
        world.clock.move(10)
        change = engine.undo(Change.objects.get(pk=change.pk), "enough")
    raise AssertionError(f"not undone: {change.error}")


def test_shares_of_all_steps_sum_to_one(world: World) -> None:
    restore = world.observe()
    for percent in (0.5, 1, 5, 33.3, 50, 66.67, 99, 100):
        to = world.kind.wanted(world.target, restore, percent)
        assert sum(share_of(to, version) for version in {to["version"], *to["weights"]}) == pytest.approx(1)
        if world.kind.weighted:
            assert share_of(to, world.target["canary"]) == pytest.approx(percent / 100, abs=0.006)


def test_an_undo_of_what_was_never_applied_changes_nothing(world: World) -> None:
    change, before = armed(world), world.observe()
    world.refuse()
    assert engine.undo(change, "enough").state == "undone", "it made no call that writes"
    assert world.observe() == before


def test_an_undo_twice_is_an_undo_once(world: World) -> None:
    change = applied(world)
    undone(world, change)
    after = world.observe()
    world.kind.change.undo(change.target, change.before)
    assert same(world.observe(), after)
    assert world.kind.change.verify_undone(change.target, change.before)


def test_what_somebody_else_changed_meanwhile_is_left_alone(world: World) -> None:
    change = armed(world)
    world.meddle()
    theirs = world.observe()
    with pytest.raises(Moved, match="somebody else"):
        engine.apply(change)
    assert world.observe() == theirs
    change = Change.objects.get(pk=change.pk)
    assert engine.undo(change, "given up").state == "undone"
    assert world.observe() == theirs


def test_a_worker_that_dies_before_it_applies_is_cleared_up_after(world: World) -> None:
    change, before = armed(world), world.observe()
    with time_machine.travel(timezone.now() + LEASE * 2, tick=True):
        assert engine.recover() == 1
    assert Change.objects.get(pk=change.pk).state == "undone"
    assert same(world.observe(), before)


def test_a_worker_that_dies_after_it_applied_is_cleared_up_after(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change, before = armed(world), world.observe()
    Change.objects.filter(pk=change.pk).update(applied_at=timezone.now(), fence=1)
    world.kind.change.apply(change.target)
    world.work()
    assert share_of(world.observe(), world.target["canary"]) > 0
    now, tries = timezone.now() + LEASE * 2, 0
    while Change.objects.get(pk=change.pk).state != "undone" and tries < 400:
        with time_machine.travel(now, tick=True):
            engine.recover()
        world.work()
        world.clock.move(10)
        now, tries = now + LEASE * 2, tries + 1
    assert Change.objects.get(pk=change.pk).state == "undone"
    assert same(world.observe(), before)


@pytest.mark.parametrize(("code", "family"), [("ThrottlingException", AwsThrottled), ("AccessDenied", AwsDenied)])
def test_a_refused_call_keeps_the_change_armed_and_says_why(world: World, code: str, family: type[AwsError]) -> None:
    if not world.writes:
        pytest.skip("this kind makes no calls")
    change, before = armed(world), world.observe()
    world.refuse(code)
    with pytest.raises(family):
        engine.apply(change)
    assert Change.objects.get(pk=change.pk).state == "armed"
    assert world.observe() == before
    world.allow()
    assert engine.undo(Change.objects.get(pk=change.pk), "cleared up").state == "undone"


def test_a_refused_undo_is_kept_and_tried_again(world: World) -> None:
    if not world.writes:
        pytest.skip("this kind makes no calls")
    before, change = world.observe(), applied(world)
    world.refuse("ThrottlingException")
    change = engine.undo(change, "worse")
    assert change.state == "undo_failed"
    assert "Rate exceeded" in change.error
    world.allow()
    undone(world, Change.objects.get(pk=change.pk))
    assert same(world.observe(), before)


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_outside_zero_to_one_never_reaches_aws(world: World, share: float) -> None:
    before = world.observe()
    to = {"version": before["version"], "weights": {world.target["canary"]: share}}
    if not world.kind.weighted:
        pytest.skip("this kind takes no shares")
    with pytest.raises(ValueError, match="between 0 and 1"):
        world.kind.change.apply({**world.target, "to": to, "expected": before, "restore": before})
    assert world.observe() == before


def test_sick_hosts_are_told(world: World) -> None:
    if not world.has_hosts:
        pytest.skip("this kind has no hosts")
    applied(world, 100)
    world.settle()
    target = {**world.target, "restore": world.restore}
    found = [host for host in world.kind.hosts(target) if host.version == world.target["canary"]]
    assert len(found) >= 2
    assert {host.health for host in found} == {"healthy"}
    assert len({host.zone for host in found}) == 2
    world.sicken(1)
    found = [host for host in world.kind.hosts(target) if host.version == world.target["canary"]]
    assert sorted(host.health for host in found)[-1] == "unhealthy"
    assert next(host.reason for host in found if host.health == "unhealthy")


def test_counts_of_both_versions_are_told_apart(world: World) -> None:
    streams = world.kind.streams({**world.target, "restore": world.observe()})
    if streams is None:
        pytest.skip("this kind has no metrics of its own")
    assert streams.canary != streams.baseline


def test_discovery_leads_to_the_target(world: World, service: Callable[..., Any], plan: Any) -> None:
    entity = service("checkout")
    named = {field.name: str(world.target[field.name]) for field in world.kind.fields}
    wanted = {**named, "canary": world.target["canary"]}
    if world.facts and world.writes:
        with pytest.raises(TargetError, match="discover again"):
            world.kind.locate(entity, wanted)
    for key, items in world.facts.items():
        facts.publish(entity, key, {"items": items, "count": len(items)}, source="test")
    found = world.kind.locate(entity, wanted)
    assert found.items() >= {key: world.target[key] for key in ("kind", "account", "region", "canary")}.items()
    offered = world.kind.choices(entity)
    for name, choices in offered.items():
        assert str(world.target[name]) in [value for value, _ in choices], name
    rollout = start(entity, plan, version="2", by="mira", kind=world.kind.key, **wanted)
    assert rollout.target["kind"] == world.kind.key


def test_a_version_or_target_that_is_not_there_is_said_before_anything_moves(world: World) -> None:
    if not world.writes:
        pytest.skip("nobody but the pipeline knows its versions")
    missing = {**world.target, **(world.missing or {"canary": world.target["canary"][:-1] + "9"})}
    before = world.observe()
    change = {**missing, "restore": before, "expected": before, "to": world.kind.wanted(missing, before, 10)}
    with pytest.raises((AwsError, TargetError)):
        world.kind.change.apply(change)
    assert world.observe() == before
