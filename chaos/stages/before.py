"""Before the fault: may it run, what would it hit, and does the steady state hold?"""

from __future__ import annotations

from django.utils import timezone

from chaos import measure, proof, targets
from chaos.engine.hypothesis import overall, summary
from chaos.engine.states import Signals
from chaos.models import ExperimentRun
from chaos.stages.decide import denials
from chaos.stages.look import Look, plan, stop_asked
from services import facts


def scheduled(run: ExperimentRun) -> Look:
    """Ask the guards before anybody claims the run."""
    stop, because = stop_asked(run)
    if stop and because:
        return Look(Signals(stop=stop), {"ended_because": because.value, "stop_reason": stop})
    return Look(Signals(denied=denials(run)))


def claimed(run: ExperimentRun) -> Look:
    """A last chance to stop before AWS is asked anything."""
    stop, because = stop_asked(run)
    return Look(Signals(stop=stop), {"ended_because": because.value, "stop_reason": stop} if because else {})


def checking(run: ExperimentRun) -> Look:
    """Look up the targets, measure the steady state, then ask the guards again: they have the last word."""
    wanted = plan(run)
    rows = targets.resolve(run.service, wanted.steps, run.definition["stop_conditions"])
    preview = targets.stored(rows, run.experiment_sha256, timezone.now())
    readings = measure.measure(wanted.hypothesis, wanted.where, timezone.now())
    stop, because = stop_asked(run)
    signals = Signals(
        stop=stop,
        denied=targets.refusals(rows) + denials(run, preview),
        steady=overall(reading.outcome for reading in readings),
        steady_sentence=summary(readings),
    )
    version = proof.deployed_version(facts.current(run.service))
    fields: dict[str, object] = {"steady_before": measure.stored(readings), "deployed_version": version[:200]}
    fields |= {"preview": preview, "targets_hash": preview["targets_hash"]}
    if because:
        fields |= {"ended_because": because.value, "stop_reason": stop}
    return Look(signals, fields)
