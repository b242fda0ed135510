"""A whole run that AWS FIS carries, from the guards to the verdicts, against the embedded AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chaos import experiments, halts
from chaos.models import ExperimentRun
from chaos.start import create
from portal.aws.models import Account
from tests.chaos import fis_world
from tests.chaos.conftest import START, World
from tests.chaos.fis_world import ACCOUNT, PLACE, FisWorld


@pytest.fixture
def fis(aws: Any, world: World, service: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> FisWorld:
    roles = {f"{role}_role_arn": f"arn:aws:iam::{ACCOUNT}:role/colonnade-{role}" for role in ("read", "chaos")}
    Account.objects.filter(account_id=ACCOUNT).update(**roles)
    return fis_world.make(aws, service("web", team="search", system="discovery"), monkeypatch)


@pytest.fixture
def run(fis: FisWorld, fields: dict[str, Any]) -> ExperimentRun:
    """The run of an experiment that stops two of the three hosts."""
    wanted = {
        **fields,
        "fault": "fis-template",
        "arguments": {**PLACE, "template": fis.template()},
        "observe_seconds": 30,
    }
    made = create(experiments.create(fis.entity, wanted, "jon"), START, by="schedule")
    assert made is not None
    return made


def until(world: World, fis: FisWorld, run: ExperimentRun, *states: str) -> ExperimentRun:
    """Ring, and let AWS's clock go on with ours."""
    for _ in range(60):
        run.refresh_from_db()
        if run.state in states:
            return run
        world.ring()
        fis.move(2)
    raise AssertionError(f"the run is {run.state}, never {states}: {run.reason}")


def test_hosts_stop_under_observation_and_start_again(world: World, fis: FisWorld, run: ExperimentRun) -> None:
    until(world, fis, run, "observing")
    fis.move(5)
    assert (fis.running(), fis.experiments()) == (1, ["running"])
    ended = until(world, fis, run, "ended")
    assert (fis.running(), fis.experiments()) == (3, ["stopped"])
    assert {key: verdict["state"] for key, verdict in ended.verdicts.items() if key != "passed"} == dict.fromkeys(
        ("hypothesis", "fault", "recovery", "safety"), "good"
    )
    assert ended.passed


def test_a_stop_condition_in_aws_ends_the_run_as_aborted(world: World, fis: FisWorld, run: ExperimentRun) -> None:
    until(world, fis, run, "observing")
    fis.move(5)
    fis.alarm("ALARM")
    ended = until(world, fis, run, "ended")
    assert "Aborted by AWS FIS" in ended.stop_reason
    assert not ended.passed
    assert (fis.running(), fis.experiments()) == (3, ["stopped"])


def test_the_kill_switch_stops_the_experiment_in_aws(
    world: World, fis: FisWorld, run: ExperimentRun, mira: Any
) -> None:
    until(world, fis, run, "observing")
    fis.move(5)
    assert fis.running() == 1
    halts.halt(mira, "incident 7")
    ended = until(world, fis, run, "ended")
    assert ended.ended_because == "kill_switch"
    assert (fis.running(), fis.experiments()) == (3, ["stopped"])


def test_an_engaged_safety_lever_blocks_the_run(world: World, fis: FisWorld, run: ExperimentRun) -> None:
    fis.lever("engaged")
    assert "safety lever" in until(world, fis, run, "blocked").reason
    assert fis.experiments() == []


def test_a_lever_that_is_pulled_under_the_fault_ends_the_run(world: World, fis: FisWorld, run: ExperimentRun) -> None:
    until(world, fis, run, "observing")
    fis.move(5)
    fis.lever("engaged")
    ended = until(world, fis, run, "ended")
    assert "safety lever" in ended.stop_reason
    assert fis.running() == 3
