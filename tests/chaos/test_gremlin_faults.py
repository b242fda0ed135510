"""The faults of Gremlin: hosts of the service only, started at most once, halted, and never taken for over by guessing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from chaos import halts
from chaos.engine import gremlin_words
from chaos.faults import gremlin_attack, gremlin_scenario
from chaos.faults.registry import faults
from chaos.gremlin import account, halt_job
from chaos.models import GremlinStart
from portal.changes import engine
from portal.changes.engine import NotOpen
from portal.changes.kinds import kinds
from portal.changes.models import Change
from portal.jobs.models import Run
from tests.chaos.gremlin_world import GUID, SCENARIO, Gremlin, serve

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
PLACE = {"account": "111111111111", "region": "us-east-1"}
LATENCY = {**PLACE, "attack": "latency", "amount": "100", "port": "443", "hosts": "1", "seconds": "120"}
BOTH = [
    (gremlin_attack, LATENCY, ("POST", "/attacks/new")),
    (gremlin_scenario, {**PLACE, "scenario": SCENARIO}, ("POST", f"/scenarios/{SCENARIO}/runs")),
]


@dataclasses.dataclass
class World:
    """Gremlin, the service web, and a clock that moves when told."""

    gremlin: Gremlin
    web: Any
    clock: Any

    def preview(self, arguments: dict[str, str], fault: Any = gremlin_attack) -> Any:
        return fault.preview(self.web, fault.FAULT.read(arguments))

    def arm(self, fault: Any = gremlin_attack, arguments: dict[str, str] = LATENCY) -> Change:
        target = self.preview(arguments, fault).target
        return engine.arm(fault.KEY, target, owner="t:1", by="t", lease=LEASE, reason="t")

    def undo(self, change: Change) -> Change:
        """Try once more, after the pause that a failed try makes."""
        self.clock.shift(600)
        return engine.undo(Change.objects.get(pk=change.pk), "done")


@pytest.fixture
def world(db: None, settings: Any, service: Callable[..., Any]) -> Iterator[World]:
    with serve(settings) as gremlin, time_machine.travel(NOON, tick=False) as clock:
        yield World(gremlin, service("web", team="search", system="discovery"), clock)


def test_the_preview_names_the_agents_that_carry_the_services_tag(world: World) -> None:
    found = world.preview(LATENCY)
    assert found.refusal == ""
    assert found.sentence == "Latency by Gremlin on 1 of the hosts of web for 120 s."
    assert found.target["agents"] == ["host-1", "host-2"]
    assert found.target["select"]["hosts"] == {"multiSelectTags": {"service": ["web"]}}
    assert found.rows[-1][0] == "Dead-man"
    assert world.gremlin.attacks == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"attack": "packet_loss", "amount": "101"}, "1 to 100"),
        ({"attack": "blackhole", "amount": "5"}, "0 to 0"),
        ({"attack": "cpu", "port": "443"}, "does not take the port"),
        ({"port": "70000"}, "does not take the port"),
        ({"hosts": "150%"}, "1% to 100%"),
        ({"seconds": "5400"}, "10 to 3600"),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence(world: World, wrong: dict[str, str], said: str) -> None:
    assert said in world.preview({**LATENCY, **wrong}).refusal


def test_a_service_without_agents_is_refused(world: World, service: Callable[..., Any]) -> None:
    world.web = service("suggest")
    assert "tagged with service=suggest" in world.preview(LATENCY).refusal


def test_a_gremlin_that_cannot_be_asked_is_a_refusal(world: World) -> None:
    world.gremlin.say["GET", "/clients/active"] = (401, "no", {})
    assert "refuses the key" in world.preview(LATENCY).refusal


def test_a_scenario_must_be_released_for_the_service(world: World) -> None:
    arguments = {**PLACE, "scenario": SCENARIO}
    found = world.preview(arguments, gremlin_scenario)
    assert (found.refusal, found.sentence) == ("", "Gremlin runs the scenario “Database gone”.")
    assert "stop condition" in found.against([])
    world.gremlin.scenario_text = "Made for colonnade:website"
    assert "colonnade:web into its description" in world.preview(arguments, gremlin_scenario).refusal


@pytest.mark.parametrize(("fault", "arguments", "start"), BOTH)
def test_it_is_started_seen_halted_and_seen_to_end(
    world: World, fault: Any, arguments: dict[str, str], start: tuple[str, str]
) -> None:
    change = engine.apply(world.arm(fault, arguments))
    assert change.state == "applied"
    assert fault.watch(change.target) == ""
    assert engine.undo(change, "done").state == "undone"
    assert len(world.gremlin.made(*start)) == 1


@pytest.mark.parametrize(("fault", "arguments", "start"), BOTH)
def test_a_state_that_nobody_knows_is_running_and_never_done(
    world: World, fault: Any, arguments: dict[str, str], start: tuple[str, str]
) -> None:
    change = engine.apply(world.arm(fault, arguments))
    world.gremlin.say["DELETE", f"/attacks/{GUID}"] = (200, "", {})
    world.gremlin.say["POST", f"/scenarios/halt/{SCENARIO}/runs/7"] = (200, "", {})
    world.gremlin.stage = world.gremlin.scenario_state = "HaltingTheGremlins"
    assert fault.watch(change.target) == ""
    assert engine.undo(change, "done").state == "undo_failed"
    world.gremlin.stage, world.gremlin.scenario_state = "Successful", "Finished"
    assert world.undo(change).state == "undone"


def test_the_list_of_complete_attacks_counts_where_the_word_is_not_known(world: World) -> None:
    change = engine.apply(world.arm())
    world.gremlin.stage, world.gremlin.completed = "Evaporated", [GUID]
    assert engine.undo(change, "done").state == "undone"


@pytest.mark.parametrize(("fault", "arguments", "start"), BOTH)
def test_a_start_whose_answer_is_lost_is_not_repeated_and_everything_is_halted(
    world: World, fault: Any, arguments: dict[str, str], start: tuple[str, str]
) -> None:
    change = world.arm(fault, arguments)
    world.gremlin.drop.add(start)
    with pytest.raises(ValueError, match="may or may not"):
        engine.apply(change)
    with pytest.raises(ValueError, match="not asked twice"):
        fault.apply(change.target)
    change.refresh_from_db()
    with pytest.raises(NotOpen):
        engine.apply(change)
    assert len(world.gremlin.made(*start)) == 1
    assert engine.undo(change, "lost").state == "undo_failed"
    assert len(world.gremlin.made("POST", "/halts")) == 1
    assert world.undo(change).state == "undone"


def test_a_lost_start_is_not_over_while_anything_is_active(world: World) -> None:
    change = world.arm()
    world.gremlin.drop.add(("POST", "/attacks/new"))
    with pytest.raises(ValueError, match="may or may not"):
        engine.apply(change)
    world.gremlin.say["POST", "/halts"] = (200, "", {})
    change.refresh_from_db()
    engine.undo(change, "lost")
    assert world.undo(change).state == "undo_failed"
    world.gremlin.active = []
    assert world.undo(change).state == "undone"


def test_a_refused_start_needs_no_halt(world: World) -> None:
    change = world.arm()
    world.gremlin.say["POST", "/attacks/new"] = (400, "no such tag", {})
    with pytest.raises(ValueError, match="no such tag"):
        engine.apply(change)
    change.refresh_from_db()
    assert engine.undo(change, "refused").state == "undone"
    assert world.gremlin.made("POST", "/halts") == []


def test_the_undo_does_nothing_where_nothing_was_asked_for(world: World) -> None:
    change = world.arm()
    before = len(world.gremlin.calls)
    assert engine.undo(change, "never").state == "undone"
    assert len(world.gremlin.calls) == before


def test_a_halt_that_fails_is_tried_again(world: World) -> None:
    change = engine.apply(world.arm())
    world.gremlin.say["DELETE", f"/attacks/{GUID}"] = (503, "busy", {})
    failed = engine.undo(change, "done")
    assert (failed.state, "503" in failed.error) == ("undo_failed", True)
    del world.gremlin.say["DELETE", f"/attacks/{GUID}"]
    assert world.undo(change).state == "undone"


def test_a_halt_goes_out_also_while_gremlin_wants_no_questions(world: World) -> None:
    change = engine.apply(world.arm())
    account.keep_quiet(3600)
    engine.undo(change, "now")
    assert len(world.gremlin.made("DELETE", f"/attacks/{GUID}")) == 1


@pytest.mark.parametrize(("stage", "said"), [("InitializationFailed", "failed"), ("User Halted", "halted")])
def test_an_attack_that_ends_badly_is_told(world: World, stage: str, said: str) -> None:
    change = engine.apply(world.arm())
    world.gremlin.stage = stage
    assert said in gremlin_attack.watch(change.target)
    assert gremlin_attack.verify_undone(change.target, {})


def test_an_attack_that_fails_at_once_is_not_applied(world: World) -> None:
    world.gremlin.stage = "TargetNotFound"
    with pytest.raises(ValueError, match="targetnotfound"):
        engine.apply(world.arm())


def test_two_changes_are_kept_apart(world: World) -> None:
    first, second = world.arm(), world.arm()
    gremlin_attack.apply(first.target)
    assert GremlinStart.objects.count() == 1
    assert not gremlin_attack.verify_applied(second.target)


@pytest.mark.parametrize(("fault", "arguments", "start"), BOTH)
def test_the_target_names_no_account_so_that_the_start_stays_where_the_database_is(
    world: World, fault: Any, arguments: dict[str, str], start: tuple[str, str]
) -> None:
    assert "account" not in world.preview(arguments, fault).target


def test_halting_everything_also_halts_gremlin_once(world: World, mira: Any) -> None:
    halts.halt(mira, "incident 7")
    halts.halt(mira, "again")
    (run,) = Run.objects.filter(job=halt_job.JOB)
    halt_job.run(type("Context", (), {"args": run.args})())  # type: ignore[arg-type]
    (call,) = world.gremlin.made("POST", "/halts")
    assert call.json["reason"] == "incident 7"


def test_halting_one_team_leaves_gremlin_alone(world: World, mira: Any) -> None:
    halts.halt(mira, "ours", scope="group:default/payments")
    assert not Run.objects.filter(job=halt_job.JOB).exists()


def test_without_gremlin_the_kill_switch_asks_for_nothing(world: World, mira: Any, settings: Any) -> None:
    settings.GREMLIN_API_KEY = ""
    halts.halt(mira, "incident 7")
    assert not Run.objects.filter(job=halt_job.JOB).exists()


@pytest.mark.parametrize(
    ("attack", "amount", "port", "args"),
    [
        ("latency", 100, "443", ["-l", "60", "-m", "100", "-p", "443"]),
        ("packet_loss", 10, "all", ["-l", "60", "-r", "10"]),
        ("blackhole", 0, "443", ["-l", "60", "-p", "443"]),
        ("cpu", 80, "all", ["-l", "60", "-a", "-p", "80"]),
        ("memory", 75, "all", ["-l", "60", "-p", "75"]),
        ("shutdown", 1, "all", ["-d", "1", "-r"]),
    ],
)
def test_the_arguments_are_those_of_gremlins_client(attack: str, amount: int, port: str, args: list[str]) -> None:
    assert gremlin_words.command(attack, amount, port, 60) == {"type": attack, "args": args}


@given(st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["stage", "state", "status", "tags", "items", "service"]), x
), max_leaves=10))  # fmt: skip
def test_no_answer_makes_reading_it_raise(answer: Any) -> None:
    if not gremlin_words.words(answer) & (gremlin_words.ENDED | gremlin_words.HALTED | gremlin_words.FAILED):
        assert not gremlin_words.ended(answer)
    gremlin_words.gone_wrong(answer)
    gremlin_words.matching(answer, {"service": "web"})


@pytest.mark.parametrize(
    ("key", "module"), [("gremlin-attack", gremlin_attack), ("gremlin-scenario", gremlin_scenario)]
)
def test_a_fault_and_its_change_are_on_the_list(key: str, module: Any) -> None:
    assert faults.get(key) is module.FAULT
    assert kinds.get(module.FAULT.kind) is module.KIND
