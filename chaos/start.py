"""Start runs: the job `chaos.run` for a slot, "run now" for people, aborts, and the job `chaos.preview`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chaos import experiments, targets
from chaos.claim import log
from chaos.models import FINAL_STATES, Experiment, ExperimentRun, RunStep
from portal.access import audit
from portal.jobs.context import JobContext


def create(experiment: Experiment, slot_at: datetime, *, by: str, job_run: int | None = None) -> ExperimentRun | None:
    """The run of this slot, or None where it is there already: a slot is run at most once, however often it is rung.

    Only the row is made here; the next ring of `chaos.advance` asks the guards and goes on.
    """
    try:
        with transaction.atomic():
            run = ExperimentRun.objects.create(
                experiment=experiment, service=experiment.service, slot_at=slot_at, job_run=job_run, requested_by=by,
                experiment_sha256=experiment.sha256, experiment_version=experiment.version,
                definition=experiments.snapshot(experiment),
            )  # fmt: skip
            RunStep.objects.bulk_create(
                RunStep(run=run, seq=seq, type=step.type, name=step.name) for seq, step in enumerate(run.steps)
            )
            log(run, f"Planned by {by}.")
            detail = {"experiment": experiment.slug, "slot": slot_at.isoformat(), "version": experiment.version}
            audit.record(by, "chaos.run.start", run.owner, severity="high", **detail)
    except IntegrityError:
        return None
    return run


def run_slot(context: JobContext) -> dict[str, Any]:
    """The job `chaos.run`: one slot of a schedule. Its slot is the run's; a second ring finds the row and does nothing."""
    experiment = Experiment.objects.select_related("service").filter(pk=context.args["experiment"]).first()
    if experiment is None or not experiment.enabled:
        return {"started": False, "why": "The experiment is gone or switched off."}
    slot = context.slot or context.run.created_at
    run = create(experiment, slot, by=context.run.requested_by or "schedule", job_run=context.run.pk)
    if run is None:
        return {"started": False, "why": "This slot has its run already."}
    return {"started": True, "run": run.pk}


def abort(run: ExperimentRun, user: Any) -> bool:
    """Ask a run to stop: within two rings nothing new begins and the undo starts. False where it is over."""
    open_run = ExperimentRun.objects.filter(pk=run.pk, abort_by="").exclude(state__in=FINAL_STATES)
    with transaction.atomic():
        asked = open_run.update(abort_by=user.get_username(), abort_requested_at=timezone.now())
        if asked:
            run.refresh_from_db(fields=["state"])
            log(run, f"{user.get_username()} asks to abort.")
            audit.record(user, "chaos.run.abort", run.owner, severity="high")
    return bool(asked)


def preview(context: JobContext) -> dict[str, Any]:
    """The job `chaos.preview`: look up what each fault would hit now, and store it with its age."""
    experiment = Experiment.objects.select_related("service").get(pk=context.args["experiment"])
    look_up(experiment)
    return {"preview": " ".join(row["sentence"] for row in experiment.preview["steps"])}


def look_up(experiment: Experiment) -> None:
    """Ask AWS what the experiment would hit, and store it. Only for workers."""
    now = timezone.now()
    experiment.preview = targets.stored(
        targets.resolve(experiment.service, experiment.steps, experiment.stop_conditions), experiment.sha256, now
    )
    experiment.preview_at = now
    Experiment.objects.filter(pk=experiment.pk).update(preview=experiment.preview, preview_at=now)
