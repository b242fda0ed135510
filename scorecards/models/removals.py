"""What was removed from the history on purpose, so that no page takes a gap for a mistake."""

from __future__ import annotations

from datetime import datetime

from django.db import models

#: What is removed: the explanations of old results, and later the results themselves. Scores are never removed.
REASONS, RESULTS = "reasons", "results"


class RemovalQuerySet(models.QuerySet["Removal"]):
    """Removals by what they took."""

    def line(self, kind: str) -> datetime | None:
        """Nothing of this kind that ended before this instant can be relied on; None while all of it is there."""
        found: datetime | None = self.filter(kind=kind).aggregate(line=models.Max("before"))["line"]
        return found

    def of(self, when: datetime) -> Removal | None:
        """The removal that took the results of an instant; None where they are there."""
        return self.filter(kind=RESULTS, before__gt=when).order_by("before", "id").first()


class Removal(models.Model):
    """One removal: all of `kind` that ended up to `before`. Written before the first row goes; `ended_at` when the last has."""

    kind = models.CharField(max_length=10, choices=[(name, name) for name in (REASONS, RESULTS)])
    before = models.DateTimeField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    number = models.PositiveBigIntegerField(default=0)

    objects = RemovalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "before"])]
        ordering = ["-before", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} before {self.before:%Y-%m-%d}"
