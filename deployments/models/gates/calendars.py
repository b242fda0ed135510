"""When nothing may be deployed, and when only: freeze calendars with their freezes, and weekly windows."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone

from portal.access.models import ROLES

SCOPES = ("organisation", "domain", "system", "team", "service", "tier")
OVERRIDERS = tuple(role for role in ROLES if role in ("operator", "admin"))


class Scoped(models.Model):
    """What something holds for: all services, or those of one domain, system, team or tier, or one service.

    `scope_value` is the bare name (of a tier its number, of the organisation ""); `environment` "" is every one.
    `owner_ref` is the team whose operators may write it, "" where only an admin may.
    """

    scope = models.CharField(max_length=12, choices=[(scope, scope) for scope in SCOPES], default="organisation")
    scope_value = models.CharField(max_length=63, blank=True)
    environment = models.CharField(max_length=60, blank=True)
    owner_ref = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def scope_words(self) -> str:
        """The scope in words."""
        where = f", {self.environment} only" if self.environment else ""
        if self.scope == "organisation":
            return f"everything{where}"
        return f"{self.scope} {self.scope_value}{where}"


class FreezeCalendar(Scoped):
    """Freezes of one scope. `overrider` is the role that may let one rollout through all the same."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    zone = models.CharField(max_length=60, default="UTC")
    overrider = models.CharField(max_length=10, choices=[(role, role) for role in OVERRIDERS], default="operator")
    imported_at = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The calendar's page."""
        return reverse("deployments:freeze-calendar", args=[self.slug])


class Freeze(models.Model):
    """One freeze, once or by a rule. `starts` and `ends` are wall-clock times of `zone`, written 2026-12-24T18:00.

    `rrule` is a rule of RFC 5545 without its start; each occurrence lasts as long on the clock as the first one.
    `except_dates` are the local days on which an occurrence that begins there is left out, `except_services` names that
    it does not hold for. `first_at` and `until_at` bound all occurrences (no `until_at`: without end).
    """

    calendar = models.ForeignKey(FreezeCalendar, on_delete=models.CASCADE, related_name="freezes")
    uid = models.CharField(max_length=255)
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True)
    starts = models.CharField(max_length=16)
    ends = models.CharField(max_length=16)
    zone = models.CharField(max_length=60)
    rrule = models.CharField(max_length=300, blank=True)
    except_dates = models.JSONField(default=list, blank=True)
    except_services = models.JSONField(default=list, blank=True)
    first_at = models.DateTimeField(db_index=True)
    until_at = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=150, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "uid"], name="one_freeze_per_uid")]
        ordering = ["first_at", "id"]

    def __str__(self) -> str:
        return f"{self.title} ({self.starts} to {self.ends} {self.zone})"

    @property
    def owner_ref(self) -> str:
        """The team that may write it."""
        return self.calendar.owner_ref


class DeploymentWindow(Scoped):
    """A weekly window: with one for its scope, a service may only be rolled out inside. `days` are 0 (Monday) to 6."""

    title = models.CharField(max_length=100)
    zone = models.CharField(max_length=60, default="UTC")
    days = models.JSONField(default=list)
    opens = models.TimeField()
    closes = models.TimeField()
    created_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["scope", "scope_value", "title", "id"]

    def __str__(self) -> str:
        return f"{self.title} ({self.scope_words})"
