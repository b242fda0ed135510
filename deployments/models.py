"""Rows of deployments: what was reported, plans, rollouts and all that a rollout leaves behind."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from deployments.engine.rollout import ACTIVE, State
from deployments.engine.segments import Plan, parse
from portal.changes.models import Change
from services.models import Entity

RUNNING, SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED = "running", "succeeded", "failed", "rolled_back", "cancelled"
DEPLOYMENT_STATES = (RUNNING, SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED)
ACTIVE_STATES = tuple(str(state) for state in ACTIVE)

WAITING, ARMED, BAKING, DONE, STOPPED = "waiting", "armed", "baking", "done", "stopped"
SEGMENT_STATES = (WAITING, ARMED, BAKING, DONE, STOPPED)

WEIGHT, EXTERNAL = "weight", "external"
PERSON, GUARD, VERDICT = "person", "guard", "verdict"


class Deployment(models.Model):
    """One deployment as somebody reported it. The same `source` and `external_id` is the same deployment."""

    service = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="deployments")
    version = models.CharField(max_length=100)
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=[(state, state) for state in DEPLOYMENT_STATES])
    environment = models.CharField(max_length=60, default="production")
    region = models.CharField(max_length=30, blank=True)
    actor = models.CharField(max_length=150, blank=True)
    url = models.URLField(max_length=500, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    occurred_at = models.DateTimeField(db_index=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="one_row_per_deployment")]
        indexes = [models.Index(fields=["service", "-occurred_at"])]
        ordering = ["-occurred_at", "-id"]

    def __str__(self) -> str:
        return f"{self.service_id} {self.version} ({self.state})"

    @property
    def owner_ref(self) -> str:
        """The team that owns the service."""
        return self.service.owner_ref


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


class Rollout(models.Model):
    """One rollout. `token` counts claims: whoever advances it has raised the token and holds it until `claimed_until`.

    `target` names account, region, function, alias, canary and baseline version, and, once the alias has been looked
    at, `restore`: the traffic as it was before.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="rollouts")
    plan = models.ForeignKey(RolloutPlan, on_delete=models.PROTECT, related_name="rollouts")
    version = models.CharField(max_length=100)
    previous_version = models.CharField(max_length=100, blank=True)
    target = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=[(str(s), str(s)) for s in State], default=str(State.PLANNED))
    segment_index = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    token = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=500, blank=True)
    paused_kind = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    gates = models.JSONField(default=list)
    last_verdict = models.CharField(max_length=12, blank=True)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity"], condition=Q(state__in=ACTIVE_STATES), name="one_active_rollout_per_service"
            )
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state__in=ACTIVE_STATES), name="active_rollout_due")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.version} ({self.state})"

    def get_absolute_url(self) -> str:
        """The rollout's page."""
        return reverse("deployments:rollout", args=[self.pk])

    @property
    def owner_ref(self) -> str:
        """The team that owns the service."""
        return self.entity.owner_ref

    @property
    def owner(self) -> str:
        """How its armed changes name it."""
        return f"rollout:{self.pk}"

    @property
    def active(self) -> bool:
        """Whether it still moves."""
        return self.state in ACTIVE_STATES


class RolloutSegment(models.Model):
    """One segment of a rollout; `weight` is the canary's share in percent, `change` what moved the traffic there."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="segments")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    share = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    region = models.CharField(max_length=30, blank=True)
    weight = models.FloatField()
    bake_seconds = models.PositiveIntegerField()
    minimum_requests = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(state, state) for state in SEGMENT_STATES], default=WAITING)
    change = models.ForeignKey(Change, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rollout", "order"], name="one_segment_per_place")]
        ordering = ["rollout", "order"]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class MetricSample(models.Model):
    """Requests and errors of both versions in the bucket that starts `at`."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="samples")
    at = models.DateTimeField()
    canary_requests = models.FloatField(default=0)
    canary_errors = models.FloatField(default=0)
    baseline_requests = models.FloatField(default=0)
    baseline_errors = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rollout", "at"], name="one_sample_per_bucket")]
        ordering = ["rollout", "at"]

    def __str__(self) -> str:
        return f"{self.rollout_id} {self.at:%H:%M:%S}"


class Judgement(models.Model):
    """One look at the canary: the verdict's state, its evidence, and all its numbers."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="judgements")
    segment = models.ForeignKey(RolloutSegment, on_delete=models.CASCADE, related_name="judgements")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12)
    evidence = models.FloatField()
    verdict = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["rollout", "-at"])]
        ordering = ["rollout", "at", "id"]

    def __str__(self) -> str:
        return f"{self.rollout_id} {self.state}"


class RolloutStep(models.Model):
    """One line of a rollout's log."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=150)
    text = models.CharField(max_length=500)

    class Meta:
        indexes = [models.Index(fields=["rollout", "-id"])]
        ordering = ["rollout", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.text}"
