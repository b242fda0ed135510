"""Armed changes: a committed row holds the state before and the undo, before anything is altered in AWS."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

ARMED, APPLIED, UNDOING, UNDONE, UNDO_FAILED, KEPT = "armed", "applied", "undoing", "undone", "undo_failed", "kept"
OPEN = (ARMED, APPLIED, UNDOING, UNDO_FAILED)
STATES = (*OPEN, UNDONE, KEPT)
GOES_ON = "AWS is still putting it back"


class Change(models.Model):
    """One change. While it is open somebody must renew its lease; when the lease is over, recovery undoes it."""

    kind = models.CharField(max_length=60)
    target = models.JSONField()
    before = models.JSONField()
    state = models.CharField(max_length=12, choices=[(state, state) for state in STATES], default=ARMED)
    owner = models.CharField(max_length=100, db_index=True)
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=300)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    armed_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["lease_until"], condition=Q(state__in=OPEN), name="open_change_lease")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} ({self.state})"

    @property
    def open(self) -> bool:
        """Whether AWS may still differ from what it was before."""
        return self.state in OPEN

    @property
    def going_on(self) -> bool:
        """Whether AWS has accepted the undo and is still at it: neither done nor failed."""
        return self.state == UNDO_FAILED and self.error.endswith(GOES_ON)
