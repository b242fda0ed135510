"""What was counted while a rollout ran, and what it was judged to say."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from deployments.models.rollout import Rollout, RolloutSegment


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
