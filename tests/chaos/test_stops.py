"""Aborts, the kill switch, and an undo that fails: a person's stop always wins, and repairs never stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from chaos import halts
from chaos.models import Experiment, ExperimentRun, KillSwitch
from chaos.start import abort, create
from portal.access.models import AuditEvent
from portal.changes.models import Change
from services import facts, guards

from .conftest import START, World


def test_an_abort_undoes_at_once_and_says_so(world: World, run: ExperimentRun, jon: Any) -> None:
    world.ring_until(run, "observing")
    assert abort(run, jon)
    world.ring()
    assert not world.faulty
    world.ring_until(run, "ended")
    assert run.verdicts["safety"]["sentence"] == "Aborted by jon. The undo is proven."
    assert run.verdicts["hypothesis"]["word"] == "cut short"
    assert run.passed is False


def test_an_abort_leaves_an_earlier_proof_alone_but_a_broken_hypothesis_does_not(
    world: World, run: ExperimentRun, jon: Any
) -> None:
    def proven() -> bool:
        return bool(facts.current(run.service)["chaos.proof"].value["by_fault"]["test_fault"]["passed"])

    world.ring_until(run, "ended")
    assert proven()
    aborted = create(run.experiment, START.replace(hour=13), by="jon")
    assert aborted is not None
    world.ring_until(aborted, "observing")
    abort(aborted, jon)
    world.ring_until(aborted, "ended")
    assert proven()
    world.hosts_when_faulty = 3
    broken = create(run.experiment, START.replace(hour=14), by="jon")
    assert broken is not None
    world.ring_until(broken, "ended")
    assert not proven()


def test_an_abort_before_the_fault_injects_nothing(world: World, run: ExperimentRun, jon: Any) -> None:
    abort(run, jon)
    world.ring_until(run, "blocked")
    assert run.reason == "Aborted by jon."
    assert "apply" not in world.calls


def test_an_abort_of_a_run_that_is_over_changes_nothing(world: World, run: ExperimentRun, jon: Any) -> None:
    world.ring_until(run, "ended")
    assert not abort(run, jon)
    run.refresh_from_db()
    assert run.abort_by == ""


def test_the_kill_switch_takes_a_running_fault_out(world: World, run: ExperimentRun, mira: Any) -> None:
    world.ring_until(run, "observing")
    halts.halt(mira, "Payments has an incident.")
    world.ring()
    assert not world.faulty
    world.ring_until(run, "ended")
    assert run.verdicts["safety"]["word"] == "halted"
    assert "Payments has an incident." in run.stop_reason


def test_the_kill_switch_blocks_starts_until_it_is_cleared(
    world: World, run: ExperimentRun, mira: Any, admin: Any
) -> None:
    halts.halt(mira, "Payments has an incident.")
    world.ring_until(run, "blocked")
    assert "halted by mira" in run.reason
    assert halts.clear(admin, "The incident is over.") == 1
    later = create(run.experiment, START.replace(hour=13), by="schedule")
    assert later is not None
    world.ring_until(later, "ended")
    assert later.passed


def test_only_who_answers_for_everything_clears_a_halt_of_everything(world: World, mira: Any, admin: Any) -> None:
    halts.halt(mira, "Payments has an incident.")
    with pytest.raises(PermissionDenied):
        halts.clear(mira, "I think it is over.")
    assert halts.standing().count() == 1
    halts.clear(admin, "The incident is over.")
    cleared = KillSwitch.objects.get()
    assert (cleared.cleared_by, cleared.cleared_reason) == ("admin", "The incident is over.")
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"chaos.halt", "chaos.halt.clear"} <= actions


def test_a_viewer_cannot_halt(world: World, vera: Any) -> None:
    with pytest.raises(PermissionDenied):
        halts.halt(vera, "I am curious.")


def test_a_halt_of_one_team_leaves_the_others_alone(
    world: World, run: ExperimentRun, mira: Any, service: Callable[..., Any]
) -> None:
    halts.halt(mira, "Payments has an incident.", "group:default/payments")
    assert guards.ask("chaos", run.service, by=run.owner).allowed
    assert not guards.ask("chaos", service("checkout", team="payments")).allowed


def test_halting_twice_is_one_halt(world: World, mira: Any, jon: Any) -> None:
    first = halts.halt(mira, "Payments has an incident.")
    assert halts.halt(jon, "Me too.").pk == first.pk


def test_an_undo_that_fails_is_shown_and_tried_until_it_is_proven(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    world.fail_in = {"undo"}
    world.ring_until(run, "undo_failed")
    assert run.verdicts["safety"]["word"] == "undo failed"
    for _ in range(30):
        world.ring()
    run.refresh_from_db()
    assert run.state == "undo_failed"
    assert Change.objects.get(owner=run.owner).attempts >= 3
    world.fail_in = set()
    world.ring_until(run, "ended", limit=200)
    assert not world.faulty
    assert run.verdicts["safety"]["word"] == "too long"


def test_a_fault_that_stays_is_told_at_once_and_again_when_it_is_gone(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    world.fail_in = {"undo"}
    world.ring_until(run, "undo_failed")
    told = facts.current(run.service)["chaos.proof"].value
    assert (told["undone"], told["recovered"], told["passed"]) == (False, False, False)
    world.fail_in = set()
    world.ring_until(run, "ended", limit=200)
    told = facts.current(run.service)["chaos.proof"].value
    assert (told["undone"], told["by_fault"]["test_fault"]["undone"]) == (True, True)


def test_an_undo_that_fails_for_a_while_leaves_an_earlier_proof_alone(
    world: World, run: ExperimentRun, experiment: Experiment
) -> None:
    world.ring_until(run, "ended")
    proven = facts.current(run.service)["chaos.proof"].value["by_fault"]
    later = create(experiment, datetime.now(UTC), by="jon")
    assert later is not None
    world.ring_until(later, "observing")
    world.fail_in = {"undo"}
    world.ring_until(later, "undo_failed")
    assert facts.current(run.service)["chaos.proof"].value["by_fault"] == proven


def test_a_service_with_a_failed_undo_takes_no_further_experiment(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    world.fail_in = {"undo"}
    world.ring_until(run, "undo_failed")
    assert not guards.ask("chaos", run.service).allowed


def test_a_halt_and_a_guard_do_not_stop_the_undo(
    world: World, run: ExperimentRun, mira: Any, guard: Callable[..., Any]
) -> None:
    world.ring_until(run, "observing")
    halts.halt(mira, "Payments has an incident.")
    with guard(lambda query: "nothing may happen now"):
        world.ring_until(run, "ended")
    assert not world.faulty
