"""Start runs: the job `chaos.run` for a slot, "run now" for people, aborts, and the job `chaos.preview`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chaos import experiments
from chaos.claim import log
from chaos.faults.registry import faults
from chaos.models import FINAL_STATES, Experiment, ExperimentRun
from portal.access import audit
from portal.aws.errors import AwsError
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
    """The job `chaos.preview`: look up what the fault would hit now, and store it with its age."""
    experiment = Experiment.objects.select_related("service").get(pk=context.args["experiment"])
    fault = faults.get(experiment.fault)
    try:
        found = fault.preview(experiment.service, experiment.arguments).stored() if fault else {}
    except AwsError as error:
        found = {"sentence": "The target could not be looked up.", "rows": [], "refusal": str(error), "target": {}}
    Experiment.objects.filter(pk=experiment.pk).update(preview=found, preview_at=timezone.now())
    return {"preview": found.get("sentence", "")}
