"""Rows of game days."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone

PLANNED, RUNNING, ENDED = "planned", "running", "ended"
STATES = (PLANNED, RUNNING, ENDED)
ROLES = ("lead", "operator", "observer", "scribe", "on call")
NOTE, FINDING, ACTION = "note", "finding", "action"
NOTE_KINDS = (NOTE, FINDING, ACTION)


class GameDay(models.Model):
    """A game day of a team. `owner_ref` is the team; only its operators may write."""

    title = models.CharField(max_length=120)
    purpose = models.TextField(max_length=2000, blank=True)
    owner_ref = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    zone = models.CharField(max_length=64, default="UTC")
    state = models.CharField(max_length=8, choices=[(state, state) for state in STATES], default=PLANNED)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-starts_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The game day's page."""
        return reverse("chaos:game-day", args=[self.pk])

    @property
    def owner_name(self) -> str:
        """The team's short name."""
        return self.owner_ref.rpartition("/")[2]


class GameDayPerson(models.Model):
    """Somebody who takes part, with the part they play."""

    game_day = models.ForeignKey(GameDay, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=10, choices=[(role, role) for role in ROLES])

    class Meta:
        ordering = ["role", "name"]
        constraints = [models.UniqueConstraint(fields=["game_day", "name"], name="one_part_per_person")]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


class GameDayNote(models.Model):
    """One line that somebody wrote: a note, a finding, or an action to take. Never changed."""

    game_day = models.ForeignKey(GameDay, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField(default=timezone.now)
    author = models.CharField(max_length=150)
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in NOTE_KINDS], default=NOTE)
    text = models.CharField(max_length=2000)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:50]}"


class GameDayStep(models.Model):
    """One of its experiments; `run` is its newest run here. The same experiment may come twice."""

    game_day = models.ForeignKey(GameDay, on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField()
    experiment = models.ForeignKey("chaos.Experiment", on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey("chaos.ExperimentRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["game_day", "order"], name="one_game_day_step_per_place")]

    def __str__(self) -> str:
        return f"{self.order}. {self.experiment_id}"
