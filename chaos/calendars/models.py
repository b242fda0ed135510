"""Rows that narrow the time of chaos: blackouts, and each team's rules."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from chaos.engine.localtime import Span, Weekly

EVERYTHING = "all"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORKDAYS = (0, 1, 2, 3, 4)


def workdays() -> list[int]:
    """Monday to Friday."""
    return list(WORKDAYS)


def short_days(days: list[int]) -> str:
    """Mon, Tue, Wed."""
    return ", ".join(DAYS[day][:3] for day in sorted(days))


class Blackout(models.Model):
    """A time without chaos, for all, for a team or for a service (`scope` is "all" or an entity ref).

    Without `days` it lasts from `starts_at` to `ends_at`. With days (0 is Monday) it comes back every week from `opens` to
    `closes` on the clock of `zone`, between those two instants; then `ends_at` may be absent.
    """

    title = models.CharField(max_length=120)
    scope = models.CharField(max_length=200, default=EVERYTHING)
    reason = models.CharField(max_length=500)
    zone = models.CharField(max_length=64, default="UTC")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    days = models.JSONField(default=list, blank=True)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    uid = models.CharField(max_length=255, blank=True)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["scope", "starts_at"])]

    def __str__(self) -> str:
        return self.title

    @property
    def scope_name(self) -> str:
        """Whom it holds for, in a word."""
        return "all services" if self.scope == EVERYTHING else self.scope.rpartition("/")[2]

    def spans(self, start: dt.datetime, end: dt.datetime) -> list[Span]:
        """Its occurrences that touch this time, cut to its own bounds."""
        last = self.ends_at or dt.datetime.max.replace(tzinfo=dt.UTC)
        if self.starts_at >= end or last <= start:
            return []
        if not self.days or self.opens is None or self.closes is None:
            return [Span(self.starts_at, last)]
        weekly = Weekly(frozenset(self.days), self.opens, self.closes, ZoneInfo(self.zone))
        found = weekly.between(max(start, self.starts_at), min(end, last))
        return [Span(max(span.start, self.starts_at), min(span.end, last)) for span in found]

    @property
    def words(self) -> str:
        """When, in words."""
        if self.days and self.opens and self.closes:
            return f"{short_days(self.days)} {self.opens:%H:%M}–{self.closes:%H:%M} ({self.zone})"
        here = ZoneInfo(self.zone)
        end = self.ends_at.astimezone(here) if self.ends_at else None
        return f"{self.starts_at.astimezone(here):%-d %b %Y %H:%M} – {end:%-d %b %Y %H:%M} ({self.zone})"


class TeamRules(models.Model):
    """When a team lets chaos happen and how many hosts must stay. `scope` is "all" or a team's ref; the team's own wins."""

    scope = models.CharField(max_length=200, unique=True, default=EVERYTHING)
    days = models.JSONField(default=workdays)
    opens = models.TimeField(default=dt.time(9))
    closes = models.TimeField(default=dt.time(16))
    zone = models.CharField(max_length=64, default="UTC")
    only_business_hours = models.BooleanField(default=True)
    minimum_healthy = models.PositiveSmallIntegerField(default=50)
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["scope"]

    def __str__(self) -> str:
        return f"rules of {self.scope}"

    @property
    def scope_name(self) -> str:
        """Whose rules, in a word."""
        return "all teams" if self.scope == EVERYTHING else self.scope.rpartition("/")[2]

    @property
    def weekly(self) -> Weekly:
        """The business hours."""
        return Weekly(frozenset(self.days), self.opens, self.closes, ZoneInfo(self.zone))

    @property
    def words(self) -> str:
        """The rules in words."""
        hours = f"{short_days(self.days)} {self.opens:%H:%M}–{self.closes:%H:%M} ({self.zone})"
        when = f"only {hours}" if self.only_business_hours else "at any time"
        return f"{when}; at least {self.minimum_healthy} % of the hosts stay"
