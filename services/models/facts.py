"""Facts: what was observed of an entity, and when."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from services.models.entities import Entity


class Fact(models.Model):
    """What was observed of an entity from `valid_from` until `valid_to` (null while it stands).

    Append-only: a new value closes the open row and opens another; the same value only moves `observed_at`.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="facts")
    key = models.CharField(max_length=100)
    value: models.JSONField[Any, Any] = models.JSONField()
    sha256 = models.CharField(max_length=64)
    source = models.CharField(max_length=100)
    url = models.CharField(max_length=300, blank=True)
    valid_from = models.DateTimeField()
    observed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "key"], condition=Q(valid_to=None), name="one_open_fact_per_key")
        ]
        indexes = [
            models.Index(fields=["entity", "valid_from"]),
            models.Index(fields=["expires_at"], condition=Q(valid_to=None), name="open_fact_expiry"),
        ]
        ordering = ["key", "valid_from"]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.key}"
