"""Saved views of the catalog's list."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone


class SavedView(models.Model):
    """A list's filters, order and columns under a name: one person's, or a team's where `team_ref` is set.

    `query` is the address without its question mark. `user` is who made it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    team_ref = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"], condition=Q(team_ref=""), name="one_view_per_person_and_name"
            ),
            models.UniqueConstraint(
                fields=["team_ref", "name"], condition=~Q(team_ref=""), name="one_view_per_team_and_name"
            ),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list as it was saved."""
        return f"{reverse('services:list')}?{self.query}" if self.query else reverse("services:list")

    @property
    def owner_ref(self) -> str:
        """The team whose it is; "" where it is one person's."""
        return self.team_ref

    @property
    def team_name(self) -> str:
        """The team's short name."""
        return self.team_ref.rpartition("/")[2]
