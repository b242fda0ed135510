"""One table: the flags of a service."""

from __future__ import annotations

from django.db import models


class Flag(models.Model):
    """A feature flag. The service is named by its entity ref, so that a removed entity does no harm."""

    entity_ref = models.CharField(max_length=200, db_index=True)
    name = models.CharField(max_length=100)
    stale = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity_ref", "name"], name="one_flag_of_a_name")]

    def __str__(self) -> str:
        return f"{self.name} of {self.entity_ref}"
