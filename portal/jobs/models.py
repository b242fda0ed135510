"""Schedules and runs: the truth of what is to be done. A message to Celery only says "look"."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.templatetags import wording

QUEUED, RUNNING, SUCCEEDED, FAILED = "queued", "running", "succeeded", "failed"
CANCELLED, LOST, SKIPPED = "cancelled", "lost", "skipped"
ACTIVE = (QUEUED, RUNNING)
STATES = (QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED, LOST, SKIPPED)


class Schedule(models.Model):
    """When a job runs: a cron expression in a time zone, or every so many seconds."""

    key = models.CharField(max_length=150, unique=True)
    title = models.CharField(max_length=200)
    job = models.CharField(max_length=100)
    args = models.JSONField(default=dict, blank=True)
    cron = models.CharField(max_length=100, blank=True)
    every = models.PositiveIntegerField(null=True, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    misfire = models.CharField(max_length=4, choices=[("skip", "skip"), ("once", "once")], default="skip")
    grace = models.PositiveIntegerField(default=60)
    enabled = models.BooleanField(default=True)
    next_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cron="", every__isnull=False) | (~Q(cron="") & Q(every=None)), name="cron_or_every"
            )
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def rule(self) -> str:
        """The rule in words."""
        return f"{self.cron} ({self.timezone})" if self.cron else f"every {wording.lasting(self.every)}"


class Run(models.Model):
    """One run of a job. `(schedule, slot)` is unique: no slot can run twice, whoever rings and however often.

    `fence` grows each time a worker takes the run; a worker that lost it cannot write any more.
    """

    job = models.CharField(max_length=100)
    schedule = models.ForeignKey(Schedule, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs")
    slot = models.DateTimeField(null=True, blank=True)
    args = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=[(state, state) for state in STATES], default=QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=1)
    fence = models.PositiveIntegerField(default=0)
    holder = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    rung_at = models.DateTimeField(null=True, blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    progress_text = models.CharField(max_length=300, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    log = models.TextField(blank=True)
    unique = models.CharField(max_length=150, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)
    cancel_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "slot"], name="one_run_per_slot"),
            models.UniqueConstraint(
                fields=["job", "unique"], condition=Q(state__in=ACTIVE) & ~Q(unique=""), name="one_active_run_per_key"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["job", "-id"]),
            models.Index(fields=["schedule", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.job} #{self.pk}"

    def get_absolute_url(self) -> str:
        """The run's page."""
        return reverse("job-run", args=[self.pk])

    @property
    def active(self) -> bool:
        """Whether it may still change."""
        return self.state in ACTIVE

    @property
    def percent(self) -> int | None:
        """Progress from 0 to 100, or None where it is not known."""
        if self.progress_total == 0:
            return None
        return min(100, round(100 * self.progress_done / self.progress_total))


class Beat(models.Model):
    """One row: when a beat was last heard. Its age tells whether background work is alive."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S}"
