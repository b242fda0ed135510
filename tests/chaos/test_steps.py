"""A method of several steps: guards before each fault, one injection a step, and everything out in reverse order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chaos import claim, experiments
from chaos.engine.definition import Invalid
from chaos.faults.registry import Preview, faults
from chaos.models import Experiment, ExperimentRun, GuardDecision, RunStep
from chaos.start import abort, create
from portal.changes.kinds import kinds
from portal.changes.models import Change
from services import facts

from .conftest import START, Killed, World

PLACE = {"account": "111111111111", "region": "us-east-1"}
FIRST = {"type": "fault", "name": "First", "fault": "test-fault", "arguments": PLACE}
SECOND = {"type": "fault", "name": "Second", "fault": "second-fault", "arguments": PLACE}
PAUSE = {"type": "pause", "name": "Wait", "seconds": 12}
PROBE = {"type": "probe", "name": "Look", "probe": "hosts"}


class Second:
    """A second fault with its own switch."""

    def __init__(self, world: World) -> None:
        self.world, self.on, self.target = world, False, {**PLACE, "host": "i-1"}
        self.refusal = ""

    def set(self, on: bool) -> Callable[[], None]:
        """The effect of a call."""
        return lambda: setattr(self, "on", on)

    def preview(self, service: Any, arguments: Any) -> Preview:
        """What it would hit now."""
        self.world.calls.append("preview-second")
        return Preview(self.target, "1 of 6 hosts.", refusal=self.refusal)


@pytest.fixture
def second(world: World) -> Any:
    made = Second(world)
    first_kind, first = kinds.get("test-fault"), faults.get("test-fault")
    assert first_kind is not None
    assert first is not None
    kind = replace(
        first_kind,
        key="second-fault",
        apply=lambda target: world.call("apply-second", made.set(True)),
        undo=lambda target, before: world.call("undo-second", made.set(False)),
        verify_applied=lambda target: made.on,
        verify_undone=lambda target, before: not made.on,
    )
    fault = replace(first, key="second-fault", kind="second-fault", max_seconds=90, preview=made.preview)
    with kinds.temporarily(kind), faults.temporarily(fault):
        yield made


@pytest.fixture
def run(second: Second, experiment: Experiment) -> ExperimentRun:
    """A run of probe, fault, pause, fault."""
    made = experiments.change(experiment, {"method": [PROBE, FIRST, PAUSE, SECOND]}, "jon")
    planned = create(made, START, by="schedule")
    assert planned is not None
    return planned


def states(run: ExperimentRun) -> list[str]:
    return list(run.step_rows.values_list("state", flat=True))


def until(world: World, run: ExperimentRun, reached: list[str], limit: int = 60) -> None:
    """Ring until the steps are in these states."""
    for _ in range(limit):
        if states(run) == reached:
            return
        world.ring()
    raise AssertionError(f"the steps are {states(run)}")


def test_the_steps_are_walked_in_order_and_undone_in_reverse(world: World, second: Second, run: ExperimentRun) -> None:
    world.ring_until(run, "ended")
    done = [call for call in world.calls if call.startswith(("apply", "undo"))]
    assert done == ["apply", "apply-second", "undo-second", "undo"]
    assert states(run) == ["applied", "undone", "applied", "undone"]
    assert not world.faulty
    assert not second.on
    assert run.passed
    assert run.step_rows.get(seq=0).result["readings"][0]["value"] == 6


def test_a_pause_lasts_as_long_as_planned_and_the_observation_begins_after_the_last_step(
    world: World, run: ExperimentRun
) -> None:
    world.ring_until(run, "ended")
    first, pause, last = run.step_rows.filter(seq__gt=0)
    assert timedelta(seconds=12) <= last.began_at - pause.began_at <= timedelta(seconds=20)
    assert run.injected_at == first.done_at
    assert run.observed_from >= last.done_at
    assert run.removed_at - run.observed_from >= timedelta(seconds=10)


def test_a_run_with_two_faults_proves_both(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "ended")
    proof = facts.current(run.service)["chaos.proof"].value
    assert proof["faults"] == ["test-fault", "second-fault"]
    assert {key: value["passed"] for key, value in proof["by_fault"].items()} == {
        "test_fault": True,
        "second_fault": True,
    }


def test_each_injection_has_a_young_decision_that_allows_it(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "ended")
    decisions = list(GuardDecision.objects.filter(run=run))
    assert [(decision.seq, decision.allowed) for decision in decisions] == [(1, True), (3, True)]
    for decision, change in zip(decisions, Change.objects.filter(owner=run.owner), strict=True):
        assert change.applied_at is not None
        assert timedelta(0) <= change.applied_at - decision.at <= timedelta(seconds=30)
        assert len(decision.targets_hash) == 64
    assert len({decision.targets_hash for decision in decisions}) == 2


def before_the_second(run: ExperimentRun, say: Callable[[], str]) -> Callable[[Any], str]:
    """A guard that allows everything until the second fault itself is asked for; rounds of watching come first."""
    asked: list[int] = []

    def check(query: Any) -> str:
        if query.action != "chaos" or run.step_rows.get(seq=2).state != "applied":
            return ""
        asked.append(1)
        return say() if len(asked) > 1 else ""

    return check


def test_a_guard_that_changes_its_mind_stops_the_next_step_and_takes_the_first_out(
    world: World, second: Second, run: ExperimentRun, guard: Callable[..., Any]
) -> None:
    with guard(before_the_second(run, lambda: "an incident is open")):
        world.ring_until(run, "ended")
    assert "apply-second" not in world.calls
    assert not world.faulty
    assert states(run) == ["applied", "undone", "applied", "skipped"]
    denied = GuardDecision.objects.get(run=run, seq=3)
    assert (denied.allowed, denied.reasons) == (False, ["an incident is open"])
    assert run.verdicts["safety"]["state"] == "poor"
    assert run.passed is False


def test_a_guard_that_cannot_be_asked_is_a_no(world: World, run: ExperimentRun, guard: Callable[..., Any]) -> None:
    def broken() -> str:
        raise RuntimeError("the source is away")

    with guard(before_the_second(run, broken)):
        world.ring_until(run, "ended")
    assert "apply-second" not in world.calls
    assert "could not be asked" in GuardDecision.objects.get(run=run, seq=3).reasons[0]


def test_a_guard_that_says_no_during_a_pause_takes_everything_out(
    world: World, run: ExperimentRun, guard: Callable[..., Any]
) -> None:
    until(world, run, ["applied", "applied", "armed", "planned"])
    with guard(lambda query: "an incident is open" if query.action == "chaos" else ""):
        world.ring_until(run, "ended")
    assert "apply-second" not in world.calls
    assert not world.faulty


def test_an_answer_that_grew_old_while_arming_injects_nothing(
    world: World, second: Second, run: ExperimentRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.changes import engine

    arm = engine.arm

    def slow(*args: Any, **kwargs: Any) -> Change:
        world.clock.shift(31)
        return arm(*args, **kwargs)

    monkeypatch.setattr("chaos.stages.inject.engine.arm", slow)
    world.ring_until(run, "ended")
    assert "apply" not in world.calls
    assert "too old" in run.step_rows.get(seq=1).result["error"]
    assert not Change.objects.exclude(state="undone").exists()


def test_an_abort_during_a_pause_begins_no_new_step(world: World, run: ExperimentRun, jon: Any) -> None:
    until(world, run, ["applied", "applied", "armed", "planned"])
    abort(run, jon)
    world.ring()
    assert not world.faulty
    world.ring_until(run, "ended")
    assert "apply-second" not in world.calls
    assert states(run) == ["applied", "undone", "skipped", "skipped"]
    assert run.verdicts["safety"]["word"] == "aborted"


def test_a_stop_condition_counts_during_a_pause(world: World, run: ExperimentRun) -> None:
    world.hosts_when_faulty = 1
    world.ring_until(run, "ended")
    assert "apply-second" not in world.calls
    assert run.verdicts["safety"]["word"] == "stopped"


def test_what_is_in_place_is_renewed_during_a_long_pause(world: World, second: Second, experiment: Experiment) -> None:
    fields = {"method": [FIRST, {**PAUSE, "seconds": 60}, SECOND], "max_seconds": 90}
    made = experiments.change(experiment, fields, "jon")
    run = create(made, START, by="schedule")
    assert run is not None
    world.ring_until(run, "ended")
    assert run.passed, run.stop_reason


@pytest.mark.parametrize("arrow", ["apply-second", "apply-second-done", "undo-second", "undo"])
def test_death_at_the_second_fault_takes_both_out_and_injects_nothing_again(
    world: World, second: Second, run: ExperimentRun, arrow: str
) -> None:
    world.die_in = {arrow}
    with pytest.raises(Killed):
        world.ring_until(run, "never", limit=60)
    world.die_in = set()
    world.clock.shift(claim.LEASE.total_seconds() + 1)
    world.ring_until(run, "ended", limit=120)
    assert not world.faulty
    assert not second.on
    assert world.calls.count("apply") == 1
    assert world.calls.count("apply-second") == 1
    assert states(run)[1] == states(run)[3] == "undone"


def test_a_step_that_was_left_cannot_be_begun_again(world: World, run: ExperimentRun) -> None:
    from chaos.stages.inject import NotNow, _leave_planned

    row = run.step_rows.get(seq=1)
    _leave_planned(row)
    with pytest.raises(NotNow):
        _leave_planned(row)


def test_a_target_that_changed_during_a_long_pause_is_not_hit(
    world: World, second: Second, experiment: Experiment
) -> None:
    fields = {"method": [FIRST, {**PAUSE, "seconds": 40}, SECOND]}
    run = create(experiments.change(experiment, fields, "jon"), START, by="schedule")
    assert run is not None
    until(world, run, ["applied", "armed", "planned"])
    second.target = {**PLACE, "host": "i-2"}
    world.ring_until(run, "ended")
    assert "apply-second" not in world.calls
    assert "the target of Second changed" in run.stop_reason


def test_a_second_fault_that_is_refused_blocks_before_the_first(
    world: World, second: Second, run: ExperimentRun
) -> None:
    second.refusal = "The host is not of this service."
    world.ring_until(run, "blocked")
    assert "Second: The host is not of this service." in run.reason
    assert "apply" not in world.calls


def test_a_second_fault_that_fails_is_rolled_back_with_the_first(
    world: World, second: Second, run: ExperimentRun
) -> None:
    world.fail_in = {"apply-second"}
    world.ring_until(run, "ended")
    assert not world.faulty
    assert states(run) == ["applied", "undone", "applied", "undone"]
    assert run.verdicts["fault"]["word"] == "not proven"
    assert "apply-second was refused" in run.step_rows.get(seq=3).result["error"]


def test_the_hash_changes_with_the_targets_and_with_the_experiment(world: World, second: Second) -> None:
    from chaos import targets

    row = {"seq": 0, "fault": "second-fault", "target": {"host": "i-1"}}
    same = targets.digest("a" * 64, [row])
    assert same == targets.digest("a" * 64, [{**row, "sentence": "other words"}])
    assert same != targets.digest("b" * 64, [row])
    assert same != targets.digest("a" * 64, [{**row, "target": {"host": "i-2"}}])


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"method": [FIRST, {**SECOND, "fault": "rm-rf"}]}, "method[1].fault", "Known faults"),
        ({"method": [FIRST, {**SECOND, "arguments": {}}]}, "method[1].arguments.account", "missing"),
        ({"method": [FIRST, SECOND], "max_seconds": 91}, "max_seconds", "10 to 90"),
        ({"method": [FIRST, {**PAUSE, "seconds": 51}]}, "max_seconds", "The pauses under the fault (51 s)"),
        ({"method": [FIRST, {**PAUSE, "seconds": "9"}]}, "method[1].seconds", "whole number"),
    ],
)
def test_a_method_is_checked_against_the_registry(
    second: Second, experiment: Experiment, change: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Invalid) as caught:
        experiments.change(experiment, change, "jon")
    assert caught.value.field == field
    assert words in caught.value.message


def test_a_fault_without_a_name_is_called_as_in_the_registry(second: Second, experiment: Experiment) -> None:
    made = experiments.change(experiment, {"method": [{**FIRST, "name": ""}]}, "jon")
    assert made.method[0]["name"] == "Test fault"


def test_every_run_has_a_row_for_each_step_from_the_start(run: ExperimentRun) -> None:
    assert [(row.seq, row.type, row.state) for row in RunStep.objects.filter(run=run)] == [
        (0, "probe", "planned"),
        (1, "fault", "planned"),
        (2, "pause", "planned"),
        (3, "fault", "planned"),
    ]
