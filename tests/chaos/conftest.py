"""A world in memory for the pipeline: one fault that can fail or kill its worker at any arrow, and one metric."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from chaos import advance, experiments
from chaos.faults.registry import ACCOUNT, REGION, Fault, Preview, faults
from chaos.models import Experiment, ExperimentRun
from chaos.start import create
from portal.aws.cloudwatch import Point
from portal.changes.kinds import Kind, kinds
from portal.plugins import Registry
from services.guards import Guard, GuardQuery, guards

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HYPOTHESIS: dict[str, Any] = {
    "sentence": "The service answers from the other zones.",
    "probes": [
        {
            "key": "hosts",
            "title": "Healthy hosts",
            "unit": "hosts",
            "metric": {"namespace": "Test", "name": "HealthyHostCount"},
            "tolerance": {"at_least": 4},
            "window": 60,
            "period": 10,
        }
    ],
}


class Killed(BaseException):
    """The worker dies here: nothing catches this, as nothing catches SIGKILL."""


@dataclass
class World:
    """What AWS would hold, and what is to go wrong. `calls` lists every call in order."""

    clock: Any
    faulty: bool = False
    hosts: float | None = 6.0
    hosts_when_faulty: float | None = 4.0
    die_in: set[str] = field(default_factory=set)
    fail_in: set[str] = field(default_factory=set)
    refusal: str = ""
    during_apply: Callable[[], None] | None = None
    calls: list[str] = field(default_factory=list)

    def call(self, name: str, effect: Callable[[], None] | None = None) -> None:
        """One call: it may die before its effect ("apply"), fail, or die after it ("applied")."""
        self.calls.append(name)
        if name in self.die_in:
            raise Killed(name)
        if name in self.fail_in:
            raise ValueError(f"{name} was refused")
        if effect:
            effect()
        if f"{name}-done" in self.die_in:
            raise Killed(f"{name}-done")

    def switch(self, on: bool) -> Callable[[], None]:
        """The effect of a call."""

        def effect() -> None:
            self.faulty = on

        return effect

    def read(self, account: str, region: str, metrics: Any, start: Any, end: Any, period: int) -> list[list[Point]]:
        """What CloudWatch would answer."""
        self.call("measure")
        value = self.hosts_when_faulty if self.faulty else self.hosts
        return [[] if value is None else [Point(end, value)] for _ in metrics]

    def ring(self, seconds: float = 2) -> None:
        """Let time pass, then ring as the job does."""
        self.clock.shift(seconds)
        advance.ring(None)  # type: ignore[arg-type]

    def ring_until(self, run: ExperimentRun, *states: str, limit: int = 60) -> ExperimentRun:
        """Ring until the run is in one of the states."""
        for _ in range(limit):
            run.refresh_from_db()
            if run.state in states:
                return run
            self.ring()
        raise AssertionError(f"the run is {run.state}, never {states}: {run.reason}")


def _kind(world: World) -> Kind:
    def observe(target: dict[str, Any]) -> dict[str, Any]:
        world.call("observe")
        return {"account": target["account"], "region": target["region"], "faulty": world.faulty}

    return Kind(
        key="test-fault",
        title="Test fault",
        observe=observe,
        apply=lambda target: world.call("apply", world.during_apply or world.switch(True)),
        undo=lambda target, before: world.call("undo", world.switch(False)),
        verify_applied=lambda target: (world.call("verify_applied"), world.faulty)[1],
        verify_undone=lambda target, before: (world.call("verify_undone"), not world.faulty)[1],
    )


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world at noon; its clock only moves when a test rings."""
    from portal.aws.models import Account

    Account.objects.get_or_create(account_id="111111111111", defaults={"name": "production", "regions": ["us-east-1"]})
    with time_machine.travel(START, tick=False) as clock:
        made = World(clock)
        target = {"account": "111111111111", "region": "us-east-1"}
        fault = Fault(
            key="test-fault",
            title="Test fault",
            description="Breaks the world in memory.",
            kind="test-fault",
            arguments=(ACCOUNT, REGION),
            max_seconds=120,
            preview=lambda service, arguments: Preview(target, "2 of 6 hosts.", refusal=made.refusal),
        )
        monkeypatch.setattr("chaos.probes.metric.cloudwatch.read", made.read)
        with kinds.temporarily(_kind(made)), faults.temporarily(fault):
            yield made


@pytest.fixture
def fields() -> dict[str, Any]:
    """A good experiment, as REST would send it."""
    return {
        "title": "Zone us-east-1a down",
        "hypothesis": HYPOTHESIS,
        "fault": "test-fault",
        "arguments": {"account": "111111111111", "region": "us-east-1"},
        "stop_conditions": [{"probe": "hosts", "tolerance": {"at_least": 2}}],
        "observe_seconds": 10,
        "max_seconds": 60,
        "recover_seconds": 20,
        "cron": "0 10 * * THU",
        "enabled": True,
    }


@pytest.fixture
def experiment(world: World, service: Callable[..., Any], fields: dict[str, Any]) -> Experiment:
    """An experiment on search-api, owned by the team search."""
    return experiments.create(service("search-api", team="search", system="discovery"), fields, "jon")


@pytest.fixture
def run(experiment: Experiment) -> ExperimentRun:
    """Its run for the slot of noon."""
    made = create(experiment, START, by="schedule")
    assert made is not None
    return made


@pytest.fixture
def guard() -> Callable[..., Any]:
    """Register a guard for the block: `with guard(check): …`."""

    def make(check: Callable[[GuardQuery], str], key: str = "test-guard") -> Any:
        registry: Registry[Guard] = guards
        return registry.temporarily(Guard(key, "The test guard", check))

    return make
