"""What was counted while a rollout ran, and what it was judged to say."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from deployments.models.rollout import Rollout, RolloutSegment

CANARY, BASELINE = "canary", "baseline"
SIDES = (CANARY, BASELINE)


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


class MetricPoint(models.Model):
    """What was measured of a further metric for one version in the bucket that starts `at`.

    Counts have `requests` and `errors`; values have `value`, or `detail` to compute percentiles from: `values` (a list)
    or `le` (a histogram: upper bound and count of its own bucket, "+Inf" for the last).
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="points")
    metric = models.CharField(max_length=60)
    at = models.DateTimeField()
    side = models.CharField(max_length=8, choices=[(side, side) for side in SIDES])
    requests = models.FloatField(null=True, blank=True)
    errors = models.FloatField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True)
    detail = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rollout", "metric", "at", "side"], name="one_point_per_bucket_and_side")
        ]
        ordering = ["rollout", "metric", "at"]

    def __str__(self) -> str:
        return f"{self.rollout_id} {self.metric} {self.side} {self.at:%H:%M:%S}"


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
