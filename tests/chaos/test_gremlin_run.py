"""A whole run that Gremlin carries: its start stays in the worker also where faults of AWS have a process of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chaos import experiments, halts
from chaos.models import ExperimentRun
from chaos.start import create
from tests.chaos.conftest import START, World
from tests.chaos.gremlin_world import Gremlin, serve

ATTACK = {
    "account": "111111111111", "region": "us-east-1", "attack": "latency", "amount": "100", "port": "443",
    "hosts": "1", "seconds": "120",
}  # fmt: skip


@pytest.fixture
def gremlin(world: World, settings: Any) -> Iterator[Gremlin]:
    settings.CHAOS_CHILD_PROCESS = True
    with serve(settings) as made:
        yield made


@pytest.fixture
def run(gremlin: Gremlin, fields: dict[str, Any], service: Callable[..., Any]) -> ExperimentRun:
    """The run of an experiment that slows one host of web down."""
    entity = service("web", team="search", system="discovery")
    single = {key: value for key, value in fields.items() if key != "method"}
    made = create(
        experiments.create(entity, {**single, "fault": "gremlin-attack", "arguments": ATTACK}, "jon"), START, by="jon"
    )
    assert made is not None
    return made


def test_an_attack_is_observed_and_halted(world: World, gremlin: Gremlin, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    assert gremlin.attacks == 1
    ended = world.ring_until(run, "ended")
    assert ended.passed, ended.verdicts
    assert gremlin.stage == "UserHalted"


def test_an_attack_that_somebody_halts_in_gremlin_ends_the_run(
    world: World, gremlin: Gremlin, run: ExperimentRun
) -> None:
    world.ring_until(run, "observing")
    gremlin.stage = "UserHalted"
    ended = world.ring_until(run, "ended")
    assert ended.stop_reason == "Somebody halted the Gremlin attack."
    assert not ended.passed


def test_the_kill_switch_halts_the_runs_attack(world: World, gremlin: Gremlin, run: ExperimentRun, mira: Any) -> None:
    world.ring_until(run, "observing")
    halts.halt(mira, "incident 7")
    assert world.ring_until(run, "ended").ended_because == "kill_switch"
    assert gremlin.stage == "UserHalted"
