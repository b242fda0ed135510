"""A worker dies at each arrow: the fault is never injected twice, and always taken out and proven gone."""

from __future__ import annotations

import pytest

from chaos import claim
from chaos.advance import advance
from chaos.models import ExperimentRun
from portal.changes import engine
from portal.changes.models import Change

from .conftest import Killed, World

OVER = claim.LEASE.total_seconds() + 1


def die(world: World, run: ExperimentRun, limit: int = 30) -> None:
    """Ring until the worker dies, then let its lease run out."""
    with pytest.raises(Killed):
        world.ring_until(run, "never", limit=limit)
    world.die_in = set()
    world.clock.shift(OVER)


@pytest.mark.parametrize("arrow", ["observe", "observe-done", "apply", "apply-done", "verify_applied"])
def test_death_while_injecting_leads_to_the_undo_and_never_injects_again(
    world: World, run: ExperimentRun, arrow: str
) -> None:
    world.die_in = {arrow}
    die(world, run)
    applied_before = world.calls.count("apply")
    world.ring_until(run, "ended")
    assert world.calls.count("apply") == applied_before
    assert applied_before <= 1
    assert not world.faulty
    assert not Change.objects.filter(owner=run.owner).exclude(state="undone").exists()
    assert run.passed is False


def test_death_under_the_fault_is_undone_within_the_lease(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    world.die_in = {"measure"}
    die(world, run)
    world.ring(0)
    assert not world.faulty
    world.ring_until(run, "ended")
    assert run.verdicts["safety"]["word"] == "worker lost"
    assert world.calls.count("apply") == 1


@pytest.mark.parametrize("arrow", ["undo", "undo-done", "verify_undone"])
def test_death_while_undoing_is_taken_up_again(world: World, run: ExperimentRun, arrow: str) -> None:
    world.ring_until(run, "observing")
    world.die_in = {arrow}
    die(world, run)
    world.ring_until(run, "ended", limit=90)
    assert not world.faulty
    assert world.calls.count("apply") == 1
    assert Change.objects.get(owner=run.owner).state == "undone"


def test_death_before_the_fault_changes_nothing(world: World, run: ExperimentRun) -> None:
    world.die_in = {"measure"}
    die(world, run)
    assert "apply" not in world.calls
    world.ring_until(run, "ended")
    assert world.calls.count("apply") == 1


def test_the_rescue_alone_takes_the_fault_out_when_no_worker_comes_back(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    world.clock.shift(21)
    assert engine.recover() == 1
    assert not world.faulty
    world.ring_until(run, "ended")
    assert world.calls.count("apply") == 1
    assert "rescue" in run.stop_reason


def test_a_held_run_is_left_alone(world: World, run: ExperimentRun) -> None:
    assert claim.take(run.pk) is not None
    assert claim.take(run.pk) is None
    assert advance(run.pk) == "held"


def test_a_worker_that_lost_its_lease_cannot_write(world: World, run: ExperimentRun) -> None:
    first = claim.take(run.pk)
    assert first is not None
    world.clock.shift(OVER)
    second = claim.take(run.pk)
    assert second is not None
    assert second[1] is True
    with pytest.raises(claim.Lost):
        claim.write(first[0], reason="a zombie's word")


def test_a_worker_that_lost_its_lease_does_not_reach_aws(
    world: World, run: ExperimentRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm = engine.arm

    def slow_arm(*args: object, **kwargs: object) -> Change:
        change = arm(*args, **kwargs)  # type: ignore[arg-type]
        ExperimentRun.objects.filter(pk=run.pk).update(token=99)
        return change

    monkeypatch.setattr("chaos.stages.during.engine.arm", slow_arm)
    world.ring()
    assert "apply" not in world.calls


def test_a_call_that_lands_after_the_undo_is_taken_back(world: World, run: ExperimentRun) -> None:
    def meanwhile() -> None:
        """The call hangs; the rescue undoes the change; then the call lands after all."""
        world.clock.shift(21)
        engine.recover()
        world.faulty = True

    world.during_apply = meanwhile
    world.ring()
    assert Change.objects.get(owner=run.owner).state == "undone"
    assert not world.faulty
    world.clock.shift(OVER)
    world.ring_until(run, "ended")
    assert world.calls.count("apply") == 1


def test_an_unexpected_error_under_the_fault_takes_it_out(
    world: World, run: ExperimentRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ring_until(run, "observing")

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr("chaos.stages.during.measure.measure", broken)
        world.ring()
    world.ring()
    assert not world.faulty
    world.ring_until(run, "ended")
