"""Checks that people wrote: by page, over REST, or in a directory that a job reads."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

PAGE, REST, FOLDER = "page", "rest", "folder"
ORIGINS = (PAGE, REST, FOLDER)


class OwnCheck(models.Model):
    """The last good definition of one check, and the text it was written as; its versions are `CheckVersion` rows."""

    check_id = models.CharField(max_length=100, unique=True)
    origin = models.CharField(max_length=10, choices=[(name, name) for name in ORIGINS])
    file = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    definition: models.JSONField[dict[str, Any]] = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["check_id"]

    def __str__(self) -> str:
        return self.check_id

    @property
    def enable_on(self) -> date | None:
        """From which day on it is in force, or None where it is at once."""
        text = self.definition.get("enable_on")
        return date.fromisoformat(text) if text else None


class FolderReading(models.Model):
    """What the job found when it last read the directory of checks; one row. `faults` are sentences with their place."""

    folder = models.CharField(max_length=500)
    read_at = models.DateTimeField()
    checks = models.PositiveIntegerField(default=0)
    faults: models.JSONField[list[str]] = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.folder} {self.read_at:%Y-%m-%d %H:%M:%S}"
