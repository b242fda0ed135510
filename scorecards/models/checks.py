"""Versions of checks, and the results of each for each service."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from scorecards.engine.check import FAIL
from scorecards.models.intervals import EXPIRED, Intervals
from services.models import Entity


class CheckVersion(models.Model):
    """One immutable version of a check's definition. `weight` 1 to 10; `active` while it is the one in force."""

    check_id = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    app = models.CharField(max_length=100)
    definition = models.JSONField()
    sha = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    pillar = models.CharField(max_length=128)
    weight = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=10)
    active = models.BooleanField(default=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    objects = Intervals.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_id", "version"], name="one_row_per_check_version"),
            models.UniqueConstraint(fields=["check_id"], condition=Q(valid_to=None), name="one_check_in_force"),
        ]
        ordering = ["check_id", "version"]

    def __str__(self) -> str:
        return f"{self.check_id} v{self.version}"


class CheckResult(models.Model):
    """The state of one check for one service, from when to when, why, and what caused it.

    `reason` is kept for what fails or is unknown; `digest` changes when the reason does.
    """

    # Written by the hundred thousand: (entity, valid_from) serves as the index, versions are never deleted, and Django
    # takes the rows along with their entity.
    entity = models.ForeignKey(
        Entity, on_delete=models.CASCADE, related_name="check_results", db_index=False, db_constraint=False
    )
    check_version = models.ForeignKey(
        CheckVersion, on_delete=models.PROTECT, related_name="results", db_index=False, db_constraint=False
    )
    check_key = models.CharField(max_length=100)
    state = models.CharField(max_length=20)
    reason = models.JSONField(default=dict)
    digest = models.CharField(max_length=16, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=20)
    cause_detail = models.JSONField(default=dict)

    objects = Intervals.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "check_key"], condition=Q(valid_to=None), name="one_open_result_per_check"
            )
        ]
        indexes = [
            models.Index(fields=["entity", "valid_from"]),
            # Counts over everything, now or at an instant, are answered by these without the rows themselves. A first
            # evaluation writes nothing but open rows, so what stands is indexed only where it is asked for that way.
            # SQLite needs `state` and `valid_to` in them, even where they are always the same.
            models.Index(
                fields=["check_key", "state", "valid_to"],
                condition=Q(valid_to=None, state=FAIL),
                name="open_failure",
            ),
            models.Index(
                fields=["state", "cause", "check_key", "valid_from", "entity"],
                condition=Q(valid_to=None, cause=EXPIRED),
                name="open_result_expired",
            ),
            models.Index(
                fields=["valid_to", "valid_from", "state", "check_key", "cause", "entity"],
                condition=Q(valid_to__isnull=False),
                name="closed_result",
            ),
        ]
        ordering = ["entity_id", "check_key", "valid_from"]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.check_key} {self.state}"
