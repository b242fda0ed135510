"""May this step go in now? The guards are asked right before it, and their answer is put on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from chaos import approvals, targets
from chaos.engine.method import Step
from chaos.models import Experiment, ExperimentRun, GuardDecision
from chaos.stages import keys
from services import guards

OLDEST = timedelta(seconds=30)
"""An answer or a look at the target that is older speaks of a moment that is gone."""


def decide(run: ExperimentRun, seq: int, step: Step, known: Mapping[str, Any]) -> GuardDecision:
    """Ask everything that may forbid this step, and keep the answer. What cannot be known is a no."""
    reasons = [*_drift(run, step, known), *denials(run, run.preview)]
    return GuardDecision.objects.create(
        run=run, seq=seq, at=timezone.now(), allowed=not reasons, reasons=[reason[:500] for reason in reasons],
        targets_hash=targets.digest(run.experiment_sha256, [known]),
    )  # fmt: skip


def too_old(decision: GuardDecision) -> bool:
    """Whether the moment that the answer speaks of is gone."""
    return timezone.now() - decision.at > OLDEST


def _drift(run: ExperimentRun, step: Step, known: Mapping[str, Any]) -> list[str]:
    """Reasons from a second look at the target, where the first is too old to be believed."""
    looked = datetime.fromisoformat((run.preview or {})["at"])
    if timezone.now() - looked <= OLDEST:
        return []
    found = targets.one(run.service, step)
    if found.refusal:
        return [found.refusal]
    return [] if found.target == known["target"] else [f"the target of {step.name} changed since the run was checked"]


def denials(run: ExperimentRun, preview: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """All reasons against: the guards', an edit or a removal since the run was created, and a missing approval."""
    detail = targets.radius(preview) | {"under_fault": run.injected_at is not None}
    asked = guards.ask("chaos", run.service, by=run.owner, detail=detail)
    reasons = [*asked.reasons, *keys.too_short(run.definition["max_seconds"])]
    current = Experiment.objects.filter(pk=run.experiment_id).values_list("sha256", flat=True).first()
    if current != run.experiment_sha256:
        reasons.append("the experiment was edited after this run was planned")
    if run.service.removed_at is not None:
        reasons.append("the service was removed from the catalog")
    if missing := approvals.refusal(run, preview):
        reasons.append(missing)
    return tuple(reasons)
