"""What people decide about gates: approvals of segments, and overrides of one gate of one rollout. Both are only added to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from deployments.models.rollout import Rollout, RolloutSegment

REQUESTED, APPROVED, DENIED = "requested", "approved", "denied"
VERDICTS = (REQUESTED, APPROVED, DENIED)


class Approval(models.Model):
    """That a segment's approval was asked for (by the portal), or what a person said. The newest word of a person counts
    until `expires_at`."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="approvals")
    segment = models.ForeignKey(RolloutSegment, on_delete=models.CASCADE, related_name="approvals")
    verdict = models.CharField(max_length=10, choices=[(verdict, verdict) for verdict in VERDICTS])
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment"], condition=Q(verdict="requested"), name="asked_once_per_segment")
        ]
        indexes = [models.Index(fields=["rollout", "-id"])]
        ordering = ["rollout", "id"]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.by}"


class GateOverride(models.Model):
    """One gate of one rollout is let pass until an instant, for exactly what stood in the way then (`subjects`): new
    trouble of the same gate stops the rollout again."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="overrides")
    code = models.CharField(max_length=20)
    subjects = models.JSONField(default=list)
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [models.Index(fields=["rollout", "code", "-until"])]
        ordering = ["rollout", "-id"]

    def __str__(self) -> str:
        return f"{self.code} overridden by {self.by}"

    @property
    def owner_ref(self) -> str:
        """The team that owns the service."""
        return self.rollout.owner_ref
