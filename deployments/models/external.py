"""What lies outside the portal's own hands: steps that a pipeline takes, and changes that AWS is still working at."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone


class ExternalStep(models.Model):
    """The step that one rollout wants of a pipeline, and what the pipeline last reported; both are traffic.

    `ticket` is the rollout's target's own. `wanted` is None while nothing was asked, `reported` while nothing came.
    """

    ticket = models.CharField(max_length=40, unique=True)
    wanted = models.JSONField(null=True, blank=True)
    wanted_at = models.DateTimeField(null=True, blank=True)
    reported = models.JSONField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        return self.ticket

    @classmethod
    def ask(cls, ticket: str, traffic: dict[str, Any]) -> None:
        """Want this traffic from now on."""
        asked = {"wanted": traffic, "wanted_at": timezone.now()}
        cls.objects.update_or_create(ticket=ticket, defaults=asked)

    @classmethod
    def report(cls, ticket: str, traffic: dict[str, Any], by: str) -> None:
        """The pipeline has set this traffic."""
        told = {"reported": traffic, "reported_at": timezone.now(), "reported_by": by}
        cls.objects.update_or_create(ticket=ticket, defaults=told)


class AwsReference(models.Model):
    """What AWS called the last change of a place, where its progress can only be asked for under that name."""

    place = models.CharField(max_length=400, unique=True)
    reference = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.place}: {self.reference}"

    @classmethod
    def keep(cls, place: str, reference: str) -> None:
        """Remember it instead of the one before."""
        cls.objects.update_or_create(place=place, defaults={"reference": reference, "at": timezone.now()})

    @classmethod
    def of(cls, place: str) -> str:
        """The last one, "" where none is known."""
        return str(cls.objects.filter(place=place).values_list("reference", flat=True).first() or "")
