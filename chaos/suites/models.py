"""Rows of resilience suites."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone as clock

RUNNING, PASSED, FAILED, STOPPED = "running", "passed", "failed", "stopped"
STATES = (RUNNING, PASSED, FAILED, STOPPED)


class Suite(models.Model):
    """Experiments of one service in an order (their primary keys), with a cadence. Its schedule is one of portal.jobs."""

    service = models.ForeignKey("services.Entity", on_delete=models.CASCADE, related_name="resilience_suites")
    title = models.CharField(max_length=120)
    experiments = models.JSONField(default=list)
    cron = models.CharField(max_length=100)
    timezone = models.CharField(max_length=64, default="UTC")
    enabled = models.BooleanField(default=False)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [models.UniqueConstraint(fields=["service", "title"], name="one_suite_per_title")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The suite's page."""
        return reverse("chaos:suite", args=[self.pk])

    @property
    def owner_ref(self) -> str:
        """The team that owns the service."""
        return self.service.owner_ref

    @property
    def schedule_key(self) -> str:
        """The key of its schedule in portal.jobs."""
        return f"chaos.suite.{self.pk}"


class SuiteRun(models.Model):
    """One slot of a suite. `plan` is the order of the experiments as it was when the slot began."""

    suite = models.ForeignKey(Suite, on_delete=models.CASCADE, related_name="runs")
    slot_at = models.DateTimeField()
    plan = models.JSONField()
    job_run = models.PositiveBigIntegerField(null=True, blank=True)
    requested_by = models.CharField(max_length=150)
    state = models.CharField(max_length=8, choices=[(state, state) for state in STATES], default=RUNNING)
    reason = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["suite", "slot_at"], name="one_suite_run_per_slot"),
            models.UniqueConstraint(fields=["suite"], condition=Q(state=RUNNING), name="one_running_suite_run"),
        ]

    def __str__(self) -> str:
        return f"{self.suite_id} at {self.slot_at:%Y-%m-%d %H:%M}"


class SuiteStep(models.Model):
    """One experiment of a suite's run. The unique key keeps two workers from starting the same step."""

    suite_run = models.ForeignKey(SuiteRun, on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField()
    run = models.OneToOneField("chaos.ExperimentRun", on_delete=models.CASCADE, related_name="suite_step")

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["suite_run", "order"], name="one_suite_step_per_place")]

    def __str__(self) -> str:
        return f"{self.suite_run_id}.{self.order}"
