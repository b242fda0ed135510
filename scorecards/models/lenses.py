"""Lenses, their immutable versions, and their copies in the AWS Well-Architected Tool."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from scorecards.engine.lens import document as lens_format
from scorecards.engine.lens import reading


class Lens(models.Model):
    """A lens under one key for all its versions. `name` and `description` are those of the newest version."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=128)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["key"]
        verbose_name_plural = "lenses"

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        """The lens's page."""
        return reverse("scorecards:lens", args=[self.key])


class LensVersion(models.Model):
    """One version of a lens in AWS's custom-lens JSON, kept as text so that an export equals the import.

    A draft until it is published; what it says never changes.
    """

    lens = models.ForeignKey(Lens, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.TextField()
    sha = models.CharField(max_length=64)
    warnings = models.JSONField(default=list)
    questions = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lens", "number"], name="one_row_per_lens_version"),
            models.UniqueConstraint(fields=["lens", "sha"], name="one_version_per_lens_document"),
        ]
        ordering = ["lens_id", "-number"]

    def __str__(self) -> str:
        return f"lens {self.lens_id} version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert, or publish; anything else would change what people have answered. Raises TypeError."""
        changing = set(kwargs.get("update_fields") or ("document",))
        if not self._state.adding and not changing <= {"published_at", "published_by"}:
            raise TypeError("A version of a lens is immutable: import the change as another version.")
        super().save(*args, **kwargs)

    @property
    def parsed(self) -> lens_format.Lens:
        """The lens that the document describes."""
        return parsed(self.document)


@lru_cache(maxsize=64)
def parsed(text: str) -> lens_format.Lens:
    """The lens of a stored document; read once for a process."""
    return lens_format.build(reading.read(text))


class LensCopy(models.Model):
    """A lens of ours in the AWS Well-Architected Tool of one account and region."""

    lens = models.ForeignKey(Lens, on_delete=models.CASCADE, related_name="copies")
    account_id = models.CharField(max_length=12)
    region = models.CharField(max_length=30)
    arn = models.CharField(max_length=200)
    version = models.ForeignKey(LensVersion, on_delete=models.PROTECT, related_name="+")
    aws_version = models.CharField(max_length=32)
    copied_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lens", "account_id", "region"], name="one_lens_copy_per_region")
        ]

    def __str__(self) -> str:
        return f"{self.arn} {self.aws_version}"
