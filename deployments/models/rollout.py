"""A rollout, its segments, and its log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from deployments.engine.rollout import State
from deployments.models.plan import RolloutPlan
from deployments.models.states import ACTIVE_STATES, SEGMENT_STATES, WAITING
from portal.changes.models import Change
from services.models import Entity


class Rollout(models.Model):
    """One rollout. `token` counts claims: whoever advances it has raised the token and holds it until `claimed_until`.

    `target` names kind, account, region, canary and the kind's own fields, and, once AWS has been looked at,
    `restore`: the traffic as it was before. `restores` holds that of every place, by the place's key. `trouble_since` is
    when AWS began not to answer; `rung_until` keeps beats from ringing for the same step twice.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="rollouts")
    plan = models.ForeignKey(RolloutPlan, on_delete=models.PROTECT, related_name="rollouts")
    version = models.CharField(max_length=100)
    previous_version = models.CharField(max_length=100, blank=True)
    target = models.JSONField(default=dict)
    restores = models.JSONField(default=dict)
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
    trouble_since = models.DateTimeField(null=True, blank=True)
    rung_until = models.DateTimeField(null=True, blank=True)
    retry_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="retries")
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
    """One segment of a rollout; `weight` is the canary's share in percent, `change` what moved the traffic there.

    `place` is the whole target of a segment elsewhere than the rollout's own; `phase_at` is when its state began.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="segments")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    share = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    region = models.CharField(max_length=30, blank=True)
    zone = models.CharField(max_length=60, blank=True)
    place = models.JSONField(default=dict)
    attempt = models.PositiveSmallIntegerField(default=1)
    weight = models.FloatField()
    bake_seconds = models.PositiveIntegerField()
    minimum_requests = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(state, state) for state in SEGMENT_STATES], default=WAITING)
    change = models.ForeignKey(Change, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    phase_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rollout", "order"], name="one_segment_per_place")]
        ordering = ["rollout", "order"]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


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
