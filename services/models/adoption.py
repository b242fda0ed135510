"""Strays: discovered resources that no tag gives to a service, and what people decided about them."""

from __future__ import annotations

from typing import Any

from django.db import models

OPEN, ADOPTED, IGNORED = "open", "adopted", "ignored"
ARN_LENGTH = 1000  # AWS allows 2,048, but the longest that it makes is a log group's, about 600
STATES = [(OPEN, "Without a service"), (ADOPTED, "Adopted"), (IGNORED, "Ignored")]


class Stray(models.Model):
    """One resource of the untagged bucket. The decision is ours alone: nothing is ever written into AWS.

    While it is `adopted`, discovery gives it to `service_ref` before it looks at tags. `gone_at` says since when discovery
    no longer finds a resource about which somebody decided; an open one that is gone has no row.
    """

    account = models.CharField(max_length=12)
    account_name = models.CharField(max_length=100)
    region = models.CharField(max_length=30)
    arn = models.CharField(max_length=ARN_LENGTH)
    family = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    name = models.CharField(max_length=255)
    detail = models.CharField(max_length=200, blank=True)
    tags: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    suggestions: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=STATES, default=OPEN)
    service_ref = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "region", "arn"], name="one_stray_per_resource")]
        indexes = [models.Index(fields=["state", "kind", "name"])]
        ordering = ["kind", "name", "id"]

    def __str__(self) -> str:
        return f"{self.arn} ({self.state})"

    @property
    def service_name(self) -> str:
        """The name of the service that has adopted it."""
        return self.service_ref.rpartition("/")[2]
