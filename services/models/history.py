"""What an entity's descriptor was, from when to when, and who changed it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from services.models.entities import Entity

ADDED, CHANGED, REMOVED, RESTORED = "added", "changed", "removed", "restored"
CHANGES = (ADDED, CHANGED, REMOVED, RESTORED)


class EntityVersion(models.Model):
    """One interval of an entity's life. `data` is its descriptor; empty from a removal until it comes back."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="versions")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    change = models.CharField(max_length=10, choices=[(name, name) for name in CHANGES])
    by = models.CharField(max_length=150)
    source = models.CharField(max_length=300)
    why = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity"], condition=Q(valid_to=None), name="one_open_version_per_entity")
        ]
        indexes = [models.Index(fields=["entity", "valid_from"])]
        ordering = ["-valid_from", "-id"]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.change} {self.valid_from:%Y-%m-%d %H:%M}"
