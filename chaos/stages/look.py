"""What every stage shares: the plan of the run, why to stop, and the shape of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chaos import halts
from chaos.engine import definition, method
from chaos.engine.hypothesis import Hypothesis
from chaos.engine.method import Step
from chaos.engine.states import Signals
from chaos.engine.stopping import StopCondition
from chaos.engine.verdicts import Ended
from chaos.models import ExperimentRun
from services import guards


@dataclass(frozen=True)
class Look:
    """What was seen, the fields to write with it, and how many seconds to wait where it does not move the run."""

    signals: Signals
    fields: dict[str, Any] = field(default_factory=dict)
    wait: float = 2.0


@dataclass(frozen=True)
class Plan:
    """The experiment as the run carries it. Seconds throughout."""

    hypothesis: Hypothesis
    stop_conditions: tuple[StopCondition, ...]
    steps: tuple[Step, ...]
    observe: int
    limit: int
    recover: int

    @property
    def pause(self) -> float:
        """Seconds between two measurements: about a hundred over the observation, never less than 2 s.

        Never more than 10 s either: the changes' leases are renewed with each of them.
        """
        return min(10.0, max(2.0, self.observe / 100))

    @property
    def where(self) -> Mapping[str, str]:
        """Account and region of the first fault that has them, for probes that do not name their own."""
        return method.place(self.steps)

    @property
    def patience(self) -> float:
        """How long a probe may stay silent under the fault before it is taken out."""
        return max(30.0, 3.0 * max(probe.period for probe in self.hypothesis.probes))


def plan(run: ExperimentRun) -> Plan:
    """Read the run's own copy of the definition."""
    data = run.definition
    hypothesis = definition.hypothesis(data["hypothesis"])
    keys = {probe.key for probe in hypothesis.probes}
    return Plan(
        hypothesis=hypothesis,
        stop_conditions=definition.stop_conditions(data["stop_conditions"], keys),
        steps=run.steps,
        observe=data["observe_seconds"],
        limit=data["max_seconds"],
        recover=data["recover_seconds"],
    )


def stop_asked(run: ExperimentRun) -> tuple[str, Ended | None]:
    """Whether somebody asks this run to stop: an abort first, then a halt. ("", None) where nobody does."""
    abort = ExperimentRun.objects.filter(pk=run.pk).values_list("abort_by", flat=True).get()
    if abort:
        return f"Aborted by {abort}.", Ended.ABORT
    halted = halts.halting(run.service)
    if halted:
        return f"Kill switch: {halted}", Ended.KILL_SWITCH
    return "", None


def stop_or_denied(run: ExperimentRun) -> tuple[str, Ended | None]:
    """The same, and whether a guard has come to forbid it: asked before each step and each round under the fault."""
    stop, because = stop_asked(run)
    if because:
        return stop, because
    detail = {"under_fault": run.injected_at is not None}
    reasons = guards.ask("chaos", run.service, by=run.owner, detail=detail).reasons
    return (f"A guard says no: {'; '.join(reasons)}", Ended.GUARD) if reasons else ("", None)
