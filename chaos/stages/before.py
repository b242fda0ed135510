"""Before the fault: may it run, what would it hit, and does the steady state hold?"""

from __future__ import annotations

from django.utils import timezone

from chaos import measure, proof
from chaos.engine.hypothesis import overall, summary
from chaos.engine.states import Signals
from chaos.faults.registry import Preview, faults
from chaos.models import Experiment, ExperimentRun
from chaos.stages import keys
from chaos.stages.look import Look, plan, stop_asked
from portal.aws.errors import AwsError
from services import facts, guards


def scheduled(run: ExperimentRun) -> Look:
    """Ask the guards before anybody claims the run."""
    stop, because = stop_asked(run)
    if stop and because:
        return Look(Signals(stop=stop), {"ended_because": because.value, "stop_reason": stop})
    return Look(Signals(denied=_denials(run)))


def claimed(run: ExperimentRun) -> Look:
    """A last chance to stop before AWS is asked anything."""
    stop, because = stop_asked(run)
    return Look(Signals(stop=stop), {"ended_because": because.value, "stop_reason": stop} if because else {})


def checking(run: ExperimentRun) -> Look:
    """Look up the target, measure the steady state, then ask the guards again: they have the last word."""
    wanted = plan(run)
    found = look_up(run, wanted.fault)
    refusal = found if isinstance(found, str) else found.against(run.definition["stop_conditions"])
    readings = measure.measure(wanted.hypothesis, wanted.arguments, timezone.now())
    stop, because = stop_asked(run)
    signals = Signals(
        stop=stop,
        denied=((refusal,) if refusal else ()) + _denials(run),
        steady=overall(reading.outcome for reading in readings),
        steady_sentence=summary(readings),
    )
    version = proof.deployed_version(facts.current(run.service))
    fields: dict[str, object] = {"steady_before": measure.stored(readings), "deployed_version": version[:200]}
    if isinstance(found, Preview):
        fields["preview"] = found.stored()
    if because:
        fields |= {"ended_because": because.value, "stop_reason": stop}
    return Look(signals, fields)


def look_up(run: ExperimentRun, fault_key: str) -> Preview | str:
    """What the fault would hit right now, or the reason why nobody knows."""
    fault = faults.get(fault_key)
    if fault is None:
        return f"the fault {fault_key} is not installed: switch its plugin on"
    try:
        return fault.preview(run.service, run.definition["arguments"])
    except AwsError as error:
        return f"the target could not be looked up: {error}"


def _denials(run: ExperimentRun) -> tuple[str, ...]:
    """All reasons against: the guards', and an edit or a removal since the run was created."""
    reasons = [*guards.ask("chaos", run.service, by=run.owner).reasons, *keys.too_short(run.definition["max_seconds"])]
    current = Experiment.objects.filter(pk=run.experiment_id).values_list("sha256", flat=True).first()
    if current != run.experiment_sha256:
        reasons.append("the experiment was edited after this run was planned")
    if run.service.removed_at is not None:
        reasons.append("the service was removed from the catalog")
    return tuple(reasons)
