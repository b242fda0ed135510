"""Where descriptors come from: the locations that people register, and the files that were read through them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

REQUIRED, OPTIONAL = "required", "optional"
# `new` has not been read; `errors`: documents were refused; `failing`: it could not be read; `gone`: it is not there.
NEW, OK, ERRORS, FAILING, GONE = "new", "ok", "errors", "failing", "gone"
STATES = (NEW, OK, ERRORS, FAILING, GONE)
_STATE_CHOICES = [(state, state) for state in STATES]


class Location(models.Model):
    """A place that somebody registered: `type` is url or file. It is read again whenever `next_at` has come.

    `entity_ref` names the Location entity that stands for it, and does not change when the target does. `failures` counts
    the readings in a row that did not work.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=20)
    target = models.CharField(max_length=280)
    presence = models.CharField(max_length=10, choices=[(REQUIRED, REQUIRED), (OPTIONAL, OPTIONAL)], default=REQUIRED)
    entity_ref = models.CharField(max_length=200, unique=True)
    registered_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(default=timezone.now, db_index=True)
    failures = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=_STATE_CHOICES, default=NEW)
    error = models.CharField(max_length=500, blank=True)
    remedy = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "target"], name="one_location_per_target")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.type}:{self.target}"

    def get_absolute_url(self) -> str:
        """The page with its import report."""
        return reverse("services:import", args=[self.pk])


class Source(models.Model):
    """One file as it was read last, through one location (or none: read by hand).

    `sha256` is of its bytes, so that an unchanged file costs nothing; `parent_ref` is the Location entity that named it.
    `etag` and `modified` are what its host said, for a conditional reading; a file that `includes` others is always read.
    """

    name = models.CharField(max_length=300, db_index=True)
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.CASCADE, related_name="sources")
    parent_ref = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    etag = models.CharField(max_length=300, blank=True)
    modified = models.CharField(max_length=60, blank=True)
    includes = models.BooleanField(default=False)
    documents = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=_STATE_CHOICES, default=NEW)
    error = models.CharField(max_length=500, blank=True)
    remedy = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "location"], name="one_source_per_location"),
            models.UniqueConstraint(fields=["name"], condition=Q(location=None), name="one_source_read_by_hand"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
