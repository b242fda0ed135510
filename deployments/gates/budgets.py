"""Error budgets: take what pipelines and monitoring push, and tell what remains.

Budget: (1 - target) of the requests of the window may be bad; what remains is 1 minus the share of that which was spent
(Site Reliability Workbook, chapter 5). Below zero it is overspent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from deployments.gates.errors import Wrong
from deployments.models import BudgetSample, ErrorBudget
from portal.access import audit
from services.models import Entity

FRESH = timedelta(hours=24)
KEPT = timedelta(days=120)
FUTURE = timedelta(minutes=5)


@dataclass(frozen=True)
class BudgetState:
    """One objective: `remaining` (at most 1, below 0 overspent; None where nothing fresh is known), and since when."""

    budget: ErrorBudget
    remaining: float | None
    at: datetime | None

    @property
    def sentence(self) -> str:
        """What remains, in words."""
        target = f"{self.budget.target * 100:.4f}".rstrip("0").rstrip(".")
        goal = f"{self.budget.slo} {target}\u202f% over {self.budget.window_days} days"
        if self.remaining is None:
            return f"{goal}: nothing was reported within a day"
        return f"{goal}: {max(self.remaining, -9.99) * 100:.0f}\u202f% left"


def states(entity: Entity, at: datetime) -> list[BudgetState]:
    """Every objective of the service with what remains at this moment."""
    return [state_of(budget, at) for budget in ErrorBudget.objects.filter(service=entity)]


def state_of(budget: ErrorBudget, at: datetime | None = None) -> BudgetState:
    """What remains of one objective: what a tool said last, or what the counts of its window say."""
    at = at or timezone.now()
    last = budget.samples.filter(at__lte=at + FUTURE).order_by("-at").first()
    if last is None or last.at < at - FRESH:
        return BudgetState(budget, None, last.at if last else None)
    if last.remaining is not None:
        return BudgetState(budget, last.remaining, last.at)
    window = budget.samples.filter(at__gt=at - timedelta(days=budget.window_days), at__lte=at + FUTURE)
    sums = window.aggregate(total=Sum("total"), bad=Sum("bad"))
    return BudgetState(budget, remaining(sums["total"] or 0.0, sums["bad"] or 0.0, budget.target), last.at)


def remaining(total: float, bad: float, target: float) -> float:
    """The share of the budget that is left after `bad` of `total` requests; all of it where there were none."""
    return 1.0 if total <= 0 else round(1.0 - (bad / total) / (1.0 - target), 9)


def push(
    entity: Entity, by: Any, *, slo: str, at: datetime, values: dict[str, float | None], **goal: Any
) -> ErrorBudget:
    """Take one report: `values` hold total and bad of an interval, or remaining. The same moment again replaces it.

    `goal` is target and window_days (and source, url); the first report of an objective has to name its target. Raises Wrong.
    """
    if at > timezone.now() + FUTURE:
        raise Wrong("at", "The moment lies in the future: send the start of an interval that has begun.")
    with transaction.atomic():
        budget = ErrorBudget.objects.select_for_update().filter(service=entity, slo=slo).first()
        if budget is None and goal.get("target") is None:
            raise Wrong("target", f"The objective {slo!r} is new: name its target, such as 0.999.")
        given = {name: value for name, value in goal.items() if value not in (None, "")}
        if budget is None or any(getattr(budget, name) != value for name, value in given.items()):
            budget, _ = ErrorBudget.objects.update_or_create(service=entity, slo=slo, defaults=given)
            audit.record(by, "budget.objective", f"budget:{budget.pk}", entity=entity.ref, slo=slo, goal=given)
        BudgetSample.objects.update_or_create(budget=budget, at=at, defaults=values)
        ErrorBudget.objects.filter(pk=budget.pk).update(updated_at=timezone.now())
        budget.samples.filter(at__lt=timezone.now() - KEPT).delete()
    return budget
