"""Initiatives: a level that some services are to reach by a date; and what is told about levels."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from services.models import Entity

DRAFT, SCHEDULED, RUNNING, LATE, ENDED = "draft", "scheduled", "running", "late", "ended"
STATES = (DRAFT, SCHEDULED, RUNNING, LATE, ENDED)
#: What is stored; the rest follows from the calendar.
LAUNCHED = "launched"


class InitiativeQuerySet(models.QuerySet["Initiative"]):
    """Initiatives by what the calendar makes of them."""

    def in_state(self, state: str, today: date) -> InitiativeQuerySet:
        """Those in this state on this day."""
        launched = self.filter(stage=LAUNCHED)
        return {
            DRAFT: self.filter(stage=DRAFT),
            SCHEDULED: launched.filter(starts_on__gt=today),
            RUNNING: launched.filter(starts_on__lte=today, target_on__gte=today),
            LATE: launched.filter(target_on__lt=today),
            ENDED: self.filter(stage=ENDED),
        }.get(state, self.none())

    def standards(self) -> InitiativeQuerySet:
        """Those whose aim is a standard now."""
        return self.filter(promoted_at__isnull=False, withdrawn_at=None)


class Initiative(models.Model):
    """One aim: the services of a scope reach `level` in `pillar` (or "overall") by `target_on`.

    The scope is a filter (empty fields do not restrict), so that a new service joins by itself. `promoted_at`: the aim
    became a standard, which is watched until it is withdrawn.
    """

    title = models.CharField(max_length=120)
    why = models.CharField(max_length=1000, blank=True)
    pillar = models.CharField(max_length=128)
    level = models.CharField(max_length=10)
    team = models.CharField(max_length=200, blank=True)
    system = models.CharField(max_length=200, blank=True)
    tier = models.PositiveSmallIntegerField(null=True, blank=True)
    lifecycle = models.CharField(max_length=63, blank=True)
    starts_on = models.DateField()
    target_on = models.DateField()
    stage = models.CharField(max_length=10, default=DRAFT, choices=[(name, name) for name in (DRAFT, LAUNCHED, ENDED)])
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)
    promoted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(target_on__gt=F("starts_on")), name="initiative_ends_after_it_starts"),
        ]
        ordering = ["-target_on", "-id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The initiative's page."""
        return reverse("scorecards:initiative", args=[self.pk])

    def state_on(self, today: date) -> str:
        """The state as people see it on a day."""
        if self.stage != LAUNCHED:
            return self.stage
        if self.starts_on > today:
            return SCHEDULED
        return LATE if self.target_on < today else RUNNING

    @property
    def standard(self) -> bool:
        """Whether its aim is a standard now."""
        return self.promoted_at is not None and self.withdrawn_at is None

    @property
    def owner_ref(self) -> str:
        """The team whose services it is about; "" for those of several teams, which an admin leads."""
        return self.team

    @property
    def team_name(self) -> str:
        """The team's short name."""
        return self.team.rpartition("/")[2]

    @property
    def system_name(self) -> str:
        """The system's short name."""
        return self.system.rpartition("/")[2]


class ToldLevel(models.Model):
    """The overall level of a service that people were last told, so that a level that flaps is told once it holds."""

    entity = models.OneToOneField(Entity, on_delete=models.CASCADE, related_name="told_level")
    level = models.CharField(max_length=10)
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.entity_id} {self.level}"


class DigestLine(models.Model):
    """One sentence for a team, shown in its digest and mailed once."""

    team_ref = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    good = models.BooleanField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["team_ref", "-created_at"])]
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.text

    @property
    def team_name(self) -> str:
        """The team's short name."""
        return self.team_ref.rpartition("/")[2]
