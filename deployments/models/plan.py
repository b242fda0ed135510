"""Rollout plans, version by version."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from deployments.engine.plan.segments import Plan, parse


class RolloutPlan(models.Model):
    """A plan under a name. A version never changes: to change a plan, add the next version."""

    name = models.CharField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    definition = models.JSONField()
    created_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="one_plan_per_version")]
        ordering = ["name", "-version"]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version. Raises PlanError for a plan that cannot be followed, TypeError for a change of an old one."""
        if not self._state.adding:
            raise TypeError("A plan's version never changes: add the next version.")
        parse(self.definition)
        super().save(*args, **kwargs)

    @property
    def plan(self) -> Plan:
        """The definition as the engine reads it."""
        return parse(self.definition)
