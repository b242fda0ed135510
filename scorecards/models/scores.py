"""Score points over time, and how far each service has been evaluated."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from scorecards.models.intervals import Intervals
from services.models import Entity


class ScorePoint(models.Model):
    """A score of a service, team, system or the organisation while it held.

    `pillar` is a pillar's id or "overall"; `score` 0 to 100, null while nothing is known; `confidence` 0 to 1;
    `delta` is the step from the point before (null at the beginning), `level_before` and `confidence_before` are what that
    one had. `waived` is the weight of waived checks and `waived_checks` their number. `levels` counts the services of a roll-up
    by level, so that a chart of the past need not count them again. `entity` is set for services only; other scopes
    are named by `scope_ref` ("" for the organisation), so that a team needs no row in the catalog.
    """

    scope_type = models.CharField(max_length=12)
    scope_ref = models.CharField(max_length=200, blank=True)
    # Its index is (entity, pillar, valid_from), which also finds what stood at a past instant.
    entity = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.CASCADE, related_name="score_points", db_index=False
    )
    pillar = models.CharField(max_length=128)
    score = models.FloatField(null=True)
    level = models.CharField(max_length=10)
    confidence = models.FloatField()
    delta = models.FloatField(null=True)
    level_before = models.CharField(max_length=10, blank=True)
    confidence_before = models.FloatField(null=True)
    services = models.PositiveIntegerField(default=1)
    waived = models.PositiveIntegerField(default=0)
    waived_checks = models.PositiveIntegerField(default=0)
    levels: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
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
            models.Index(fields=["entity", "pillar", "valid_from"], name="point_of_service"),
            # Reads over everything, at an instant or over a time, are answered by these without the rows themselves;
            # SQLite needs `valid_to` in them for that, even where it is always null.
            models.Index(
                fields=[
                    "scope_type",
                    "pillar",
                    "valid_from",
                    "entity",
                    "level",
                    "score",
                    "confidence",
                    "waived_checks",
                    "valid_to",
                ],
                condition=Q(valid_to=None),
                name="open_point",
            ),
            models.Index(
                fields=["scope_type", "pillar", "valid_to", "valid_from", "entity", "level", "score", "confidence"],
                condition=Q(valid_to__isnull=False),
                name="closed_point",
            ),
            models.Index(
                fields=["scope_type", "pillar", "valid_from", "entity", "level", "level_before"],
                condition=~Q(level_before=F("level")),
                name="level_change",
            ),
            models.Index(
                fields=["scope_type", "valid_from", "pillar", "entity", "cause", "delta"], name="point_by_time"
            ),
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
    `next_due` is when time alone may change something; the refs are those it was rolled up under. A decision about a
    waiver sets `waivers_changed_at`; the evaluation that read it notes the same value in `waivers_seen_at`.
    `states` is a digest of all standing results: where nothing has moved it, they need not be read.
    """

    entity = models.OneToOneField(Entity, on_delete=models.CASCADE, related_name="evaluation")
    evaluated_at = models.DateTimeField()
    facts_seen_at = models.DateTimeField(null=True, blank=True)
    next_due = models.DateTimeField(null=True, blank=True, db_index=True)
    definitions = models.CharField(max_length=64)
    states = models.CharField(max_length=32, blank=True)
    waivers_changed_at = models.DateTimeField(null=True, blank=True)
    waivers_seen_at = models.DateTimeField(null=True, blank=True)
    owner_ref = models.CharField(max_length=200, blank=True)
    system_ref = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.entity_id} {self.evaluated_at:%Y-%m-%d %H:%M:%S}"


class SystemHome(models.Model):
    """Under which domain the services of a system were rolled up last, so that a system that moves is seen."""

    system_ref = models.CharField(max_length=200, unique=True)
    domain_ref = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.system_ref} in {self.domain_ref}"
