"""Error budgets: an objective of a service, and what was counted or reported against it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from services.models import Entity


class ErrorBudget(models.Model):
    """An objective: `target` (such as 0.999) of the requests are good over `window_days`."""

    service = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="error_budgets")
    slo = models.CharField(max_length=60, default="availability")
    target = models.FloatField()
    window_days = models.PositiveSmallIntegerField(default=28)
    source = models.CharField(max_length=60, blank=True)
    url = models.URLField(max_length=500, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "slo"], name="one_budget_per_objective")]
        ordering = ["service", "slo"]

    def __str__(self) -> str:
        return f"{self.slo} of {self.service_id}"

    @property
    def owner_ref(self) -> str:
        """The team that owns the service."""
        return self.service.owner_ref


class BudgetSample(models.Model):
    """Requests and bad ones of an interval that starts `at`, or the share (at most 1) that a tool says remains then."""

    budget = models.ForeignKey(ErrorBudget, on_delete=models.CASCADE, related_name="samples")
    at = models.DateTimeField()
    total = models.FloatField(null=True, blank=True)
    bad = models.FloatField(null=True, blank=True)
    remaining = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["budget", "at"], name="one_budget_sample_per_moment")]
        ordering = ["budget", "-at"]

    def __str__(self) -> str:
        return f"{self.budget_id} {self.at:%Y-%m-%d %H:%M}"
