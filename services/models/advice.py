"""Answers: how a service uses its data, as its team says it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from services.models.entities import Entity


class DatabaseAnswers(models.Model):
    """The answers to the advisor's questions at one moment. Append-only: the newest row of an entity holds."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="database_answers")
    answers: models.JSONField[Any, Any] = models.JSONField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["entity", "-id"])]
        ordering = ["-id"]
        verbose_name_plural = "database answers"

    def __str__(self) -> str:
        return f"{self.entity_id} by {self.by}"
