"""Rows of the scorecards: versions of checks, and results and scores as append-only intervals.

An interval row holds from `valid_from` up to, not including, `valid_to` (null while it stands), and names its cause.
Rows are only ever closed, never altered, so what held at any instant is a query.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from services.models import Entity

SERVICE, TEAM, SYSTEM, ORGANISATION = "service", "team", "system", "organisation"
SCOPES = (SERVICE, TEAM, SYSTEM, ORGANISATION)

FACT, RULE, EXPIRED, SCOPE = "fact", "rule", "evidence expired", "scope"
CAUSES = (FACT, RULE, EXPIRED, SCOPE)


class Intervals(models.QuerySet[Any]):
    """Reads of rows that hold for a while."""

    def standing(self) -> Self:
        """Rows that hold now."""
        return self.filter(valid_to=None)

    def at(self, when: datetime | None) -> Self:
        """Rows that held at an instant; None means now."""
        if when is None:
            return self.standing()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=when), valid_from__lte=when)


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

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="check_results")
    check_version = models.ForeignKey(CheckVersion, on_delete=models.PROTECT, related_name="results")
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
            models.Index(fields=["check_key", "state"], condition=Q(valid_to=None), name="open_result_state"),
        ]
        ordering = ["entity_id", "check_key", "valid_from"]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.check_key} {self.state}"


class ScorePoint(models.Model):
    """A score of a service, team, system or the organisation while it held.

    `pillar` is a pillar's id or "overall"; `score` 0 to 100, null while nothing is known; `confidence` 0 to 1;
    `delta` is the step from the point before (null at the beginning), `level_before` and `confidence_before` are what that
    one had. `entity` is set for services only; other scopes
    are named by `scope_ref` ("" for the organisation), so that a team needs no row in the catalog.
    """

    scope_type = models.CharField(max_length=12)
    scope_ref = models.CharField(max_length=200, blank=True)
    entity = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.CASCADE, related_name="score_points")
    pillar = models.CharField(max_length=128)
    score = models.FloatField(null=True)
    level = models.CharField(max_length=10)
    confidence = models.FloatField()
    delta = models.FloatField(null=True)
    level_before = models.CharField(max_length=10, blank=True)
    confidence_before = models.FloatField(null=True)
    services = models.PositiveIntegerField(default=1)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=20)
    cause_text = models.CharField(max_length=500, blank=True)
    cause_detail = models.JSONField(default=list)

    objects = Intervals.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope_type", "scope_ref", "pillar"], condition=Q(valid_to=None), name="one_open_point"
            )
        ]
        indexes = [
            models.Index(fields=["scope_type", "scope_ref", "pillar", "valid_from"], name="point_history"),
            models.Index(fields=["entity", "pillar"], condition=Q(valid_to=None), name="open_point_of_service"),
            models.Index(fields=["scope_type", "valid_from"]),
        ]
        ordering = ["scope_type", "scope_ref", "pillar", "valid_from"]

    def __str__(self) -> str:
        return f"{self.scope_type} {self.scope_ref} {self.pillar} {self.score}"

    def follow(self, before: ScorePoint | None) -> ScorePoint:
        """Note the step from the point before; returns itself."""
        if before is not None:
            self.level_before, self.confidence_before = before.level, before.confidence
            if before.score is not None and self.score is not None:
                self.delta = round(self.score - before.score, 1)
        return self


class EntityEvaluation(models.Model):
    """How far a service has been evaluated: the mark that says whether it is due.

    `facts_seen_at` is the value of Entity.facts_changed_at that was read (compared, not ordered: a clock cannot fool it);
    `next_due` is when time alone may change something; the refs are those it was rolled up under.
    """

    entity = models.OneToOneField(Entity, on_delete=models.CASCADE, related_name="evaluation")
    evaluated_at = models.DateTimeField()
    facts_seen_at = models.DateTimeField(null=True, blank=True)
    next_due = models.DateTimeField(null=True, blank=True, db_index=True)
    definitions = models.CharField(max_length=64)
    owner_ref = models.CharField(max_length=200, blank=True)
    system_ref = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.entity_id} {self.evaluated_at:%Y-%m-%d %H:%M:%S}"
