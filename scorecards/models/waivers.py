"""Waivers: a service is excused from a check for a while, by two people and for a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from services.models import Entity

REQUESTED, APPROVED, DENIED, REVOKED, EXPIRED = "requested", "approved", "denied", "revoked", "expired"
#: What is stored; that an approved one has expired follows from the clock.
STORED = (REQUESTED, APPROVED, DENIED, REVOKED)
STATES = (*STORED, EXPIRED)


class WaiverQuerySet(models.QuerySet["Waiver"]):
    """Waivers by what the clock makes of them."""

    def began(self) -> WaiverQuerySet:
        """Those that were ever in force."""
        return self.filter(began_at__isnull=False)

    def at(self, when: datetime) -> WaiverQuerySet:
        """Those in force at an instant."""
        return self.filter(began_at__lte=when, ended_at__gt=when)

    def in_state(self, state: str, now: datetime) -> WaiverQuerySet:
        """Those in this state at `now`; one that nobody decided in time has expired too."""
        over = Q(state=APPROVED, ended_at__lte=now) | Q(state=REQUESTED, expires_at__lte=now)
        if state == EXPIRED:
            return self.filter(over)
        return self.filter(state=state).exclude(over)


class Waiver(models.Model):
    """One request with its decision. In force from `began_at` up to, not including, `ended_at`.

    `ended_at` is set to `expires_at` by the approval and moved forward only by a revocation, so that what held at any past
    instant is a query. People are named by their username. `reminded_at`: the team was told that it ends soon.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="waivers")
    check_key = models.CharField(max_length=100)
    state = models.CharField(max_length=10, default=REQUESTED, choices=[(name, name) for name in STORED])
    reason = models.CharField(max_length=1000)
    requested_by = models.CharField(max_length=150)
    requested_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "check_key"], condition=Q(state=REQUESTED), name="one_open_waiver_request"
            ),
            models.CheckConstraint(
                condition=~Q(state=APPROVED) | ~Q(decided_by=F("requested_by")), name="waiver_needs_four_eyes"
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "began_at"]),
            models.Index(fields=["check_key", "ended_at"]),
            models.Index(fields=["state", "expires_at"]),
        ]
        ordering = ["-requested_at", "-id"]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.check_key} {self.state}"

    def get_absolute_url(self) -> str:
        """The waiver's page."""
        return reverse("scorecards:waiver", args=[self.pk])

    def state_at(self, now: datetime) -> str:
        """The state as people see it at `now`."""
        if self.state == APPROVED and self.ended_at is not None and self.ended_at <= now:
            return EXPIRED
        if self.state == REQUESTED and self.expires_at <= now:
            return EXPIRED
        return self.state

    @property
    def owner_ref(self) -> str:
        """Whose service it is: decides who may ask and who may decide."""
        return self.entity.owner_ref
