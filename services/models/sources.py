"""Files and addresses that descriptors are read from."""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """One file as it was read last: a digest of its bytes, so that an unchanged one costs nothing."""

    name = models.CharField(max_length=300, unique=True)
    sha256 = models.CharField(max_length=64, blank=True)
    documents = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
