"""Armed changes: nothing is applied before its undo is committed, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal.access import audit
from portal.access.models import AuditEvent
from portal.changes import engine
from portal.changes.kinds import Kind, kinds
from portal.changes.models import Change

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=30)


class World:
    """A tiny AWS: one number, and a switch that makes calls fail."""

    def __init__(self) -> None:
        self.value, self.applied, self.failing, self.deaf = 1, 0, False, False

    def write(self, value: int) -> None:
        if self.failing:
            raise ConnectionError("AWS is away")
        if not self.deaf:
            self.value = value

    def apply(self, target: dict[str, Any]) -> None:
        self.applied += 1
        self.write(target["to"])

    def kind(self) -> Kind:
        return Kind(
            "test.number",
            "A number",
            observe=lambda target: {"value": self.value},
            apply=self.apply,
            undo=lambda target, before: self.write(before["value"]),
            verify_applied=lambda target: self.value == target["to"],
            verify_undone=lambda target, before: self.value == before["value"],
        )


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    with kinds.temporarily(made.kind()):
        yield made


def arm(to: int = 2) -> Change:
    target = {"account": "1", "region": "r", "to": to}
    return engine.arm("test.number", target, owner="t:1", by="mira", lease=LEASE, reason="try")


def test_arming_commits_the_state_before_and_touches_nothing(world: World) -> None:
    change = arm()
    assert (change.state, change.before, world.value) == ("armed", {"value": 1}, 1)


def test_a_change_is_applied_proven_and_undone(world: World) -> None:
    change = engine.apply(arm())
    assert (change.state, world.value) == ("applied", 2)
    change = engine.undo(change, "enough")
    assert (change.state, world.value) == ("undone", 1)


def test_every_step_leaves_an_audit_row_and_the_chain_is_whole(world: World) -> None:
    engine.undo(engine.apply(arm()), "enough")
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["change.arm", "change.apply", "change.undo", "change.undone"]
    assert audit.broken_link() is None


def test_a_tampered_audit_row_is_found(world: World) -> None:
    engine.apply(arm())
    AuditEvent.objects.filter(action="change.arm").update(actor="nobody")
    broken = audit.broken_link()
    assert broken is not None
    assert broken.action == "change.arm"


def test_a_removed_audit_row_is_found(world: World) -> None:
    engine.apply(arm())
    AuditEvent.objects.filter(action="change.arm").delete()
    assert audit.broken_link() is not None


def test_no_audit_no_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.access.audit.AuditEvent.save", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        arm()
    assert Change.objects.count() == 0
    assert world.value == 1


def test_a_change_is_applied_at_most_once(world: World) -> None:
    change = arm()
    twin = Change.objects.get(pk=change.pk)
    engine.apply(change)
    with pytest.raises(engine.NotOpen):
        engine.apply(twin)
    with pytest.raises(engine.NotOpen):
        engine.apply(Change.objects.get(pk=change.pk))
    assert world.applied == 1


def test_death_between_arming_and_applying_is_undone(world: World) -> None:
    change = arm()
    with time_machine.travel(timezone.now() + LEASE * 2):
        assert engine.recover() == 1
    change.refresh_from_db()
    assert (change.state, world.value) == ("undone", 1)


def test_death_after_the_call_but_before_it_was_written_down_is_undone(world: World) -> None:
    change = arm()
    world.value = 2
    with time_machine.travel(timezone.now() + LEASE * 2):
        engine.recover()
    change.refresh_from_db()
    assert (change.state, world.value) == ("undone", 1)


def test_a_renewed_change_is_left_alone(world: World) -> None:
    change = engine.apply(arm())
    assert engine.renew(change, timedelta(hours=1))
    with time_machine.travel(timezone.now() + LEASE * 2):
        assert engine.recover() == 0
    assert world.value == 2


def test_a_kept_change_is_never_undone(world: World) -> None:
    change = engine.keep(engine.apply(arm()), "the rollout succeeded")
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert engine.recover() == 0
    assert world.value == 2
    with pytest.raises(engine.NotOpen):
        engine.undo(change, "too late")


def test_a_failing_undo_is_kept_and_retried_until_it_is_proven(world: World) -> None:
    change = engine.apply(arm())
    world.failing = True
    change = engine.undo(change, "enough")
    assert change.state == "undo_failed"
    assert "AWS is away" in change.error
    world.failing, world.deaf = False, True
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        engine.recover()
    change.refresh_from_db()
    assert change.state == "undo_failed"
    assert "does not show the state from before" in change.error
    world.deaf = False
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        assert engine.recover() == 1
    change.refresh_from_db()
    assert (change.state, change.attempts, world.value) == ("undone", 3, 1)


def test_a_worker_that_died_while_undoing_is_followed_by_another(world: World) -> None:
    change = engine.apply(arm())
    Change.objects.filter(pk=change.pk).update(state="undoing", lease_until=timezone.now() - LEASE)
    assert engine.recover() == 1
    assert world.value == 1


def test_two_workers_cannot_undo_the_same_change_at_once(world: World) -> None:
    change = engine.apply(arm())
    twin = Change.objects.get(pk=change.pk)
    engine.undo(change, "first")
    with pytest.raises(engine.NotOpen):
        engine.undo(twin, "second")


def test_changes_are_put_back_newest_first(world: World) -> None:
    engine.apply(arm(2))
    engine.apply(arm(3))
    with time_machine.travel(timezone.now() + LEASE * 2):
        assert engine.recover() == 2
    assert world.value == 1


def test_an_unknown_kind_is_refused_before_anything_is_written() -> None:
    with pytest.raises(ValueError, match=r"no\.such"):
        engine.arm("no.such", {}, owner="t", by="m", lease=LEASE, reason="r")


@given(st.lists(st.sampled_from(["apply", "undo", "recover", "fail", "mend", "die"]), max_size=12))
def test_whatever_happens_an_open_change_is_put_back_in_the_end(steps: list[str]) -> None:
    world = World()
    Change.objects.all().delete()
    with kinds.temporarily(world.kind()):
        pk = arm().pk
        for step in steps:
            change = Change.objects.get(pk=pk)
            try:
                if step == "apply":
                    engine.apply(change)
                elif step == "undo":
                    engine.undo(change, "asked")
                elif step == "recover":
                    engine.recover(timezone.now() + timedelta(hours=1))
                elif step == "die":
                    world.apply({"to": 2})
                else:
                    world.failing = step == "fail"
            except (engine.NotOpen, ConnectionError):
                pass
            # A worker that died in the middle of its call cannot act again once the change was put back.
            if Change.objects.get(pk=pk).state == "undone":
                break
        world.failing = False
        engine.recover(timezone.now() + timedelta(days=1))
        assert Change.objects.get(pk=pk).state == "undone"
        assert world.value == 1
