"""What programs and people said about checks, in the order of what they saw."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from services.models import Entity


class CheckAnswer(models.Model):
    """One answer to a pushed or manual check. `observed_at` orders the history, `received_at` is when we heard of it.

    `late`: a newer answer was on record already, so this one changed no state. `key` makes a push idempotent.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="answers")
    check_key = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10)
    note = models.CharField(max_length=1000, blank=True)
    url = models.CharField(max_length=500, blank=True)
    said_by = models.CharField(max_length=150)
    observed_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    late = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "check_key", "key"], name="one_answer_per_key"),
        ]
        indexes = [models.Index(fields=["entity", "check_key", "observed_at"])]
        ordering = ["-observed_at", "-id"]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.check_key} {self.state}"
