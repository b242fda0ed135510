"""What came in: accepted events, refused ones, commits that wait for their deployment, and how old each look into AWS is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from deployments.models.deployment import Deployment, Incident
from deployments.models.senders import CiIdentity, HookSender
from services.models import Entity

OPEN, REPLAYED, DISMISSED = "open", "replayed", "dismissed"
REFUSED_STATES = (OPEN, REPLAYED, DISMISSED)
RAW_BYTES = 65_536
"""Most of a refused body that is kept."""


class IntakeEvent(models.Model):
    """One accepted event. The same `source` and `event_id` is the same event, however often it is sent."""

    source = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    dialect = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    summary = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    sender = models.CharField(max_length=160)
    service = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    deployment = models.ForeignKey(Deployment, null=True, blank=True, on_delete=models.SET_NULL, related_name="events")
    incident = models.ForeignKey(Incident, null=True, blank=True, on_delete=models.SET_NULL, related_name="events")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="one_row_per_event")]
        indexes = [models.Index(fields=["service", "kind", "-occurred_at"], name="intake_by_service")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.dialect} {self.kind} {self.event_id}"


class RefusedEvent(models.Model):
    """One event that was not taken, with the reason. The same body from the same sender again only raises `times`."""

    received_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_at = models.DateTimeField(default=timezone.now)
    times = models.PositiveIntegerField(default=1)
    sender = models.CharField(max_length=160)
    hook = models.ForeignKey(HookSender, null=True, blank=True, on_delete=models.SET_NULL, related_name="refused")
    identity = models.ForeignKey(CiIdentity, null=True, blank=True, on_delete=models.SET_NULL, related_name="refused")
    dialect = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    field = models.CharField(max_length=200, blank=True)
    remedy = models.CharField(max_length=500)
    raw = models.TextField(blank=True)
    whole = models.BooleanField(default=True)
    headers = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=[(state, state) for state in REFUSED_STATES], default=OPEN)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=Q(state=OPEN), name="one_open_row_per_refused_body")
        ]
        indexes = [models.Index(fields=["state", "-id"], name="refused_by_state")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.dialect} {self.reason}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("deployments:refused-event", args=[self.pk])

    @property
    def headline(self) -> str:
        """The reason with the field it is about."""
        return self.reason if self.field in ("", "service", "body") else f"{self.field}: {self.reason}"

    @property
    def may_be_replayed(self) -> bool:
        """Whether all of it was kept and nobody has decided about it."""
        return self.whole and self.state == OPEN


class MergedCommit(models.Model):
    """A commit that was merged; it waits for the deployment that brings it to an environment.

    `head` is the newest commit of the push it came with: a deployment of `head` brings them all. `chain` as in Deployment.
    """

    service = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    sha = models.CharField(max_length=64)
    head = models.CharField(max_length=64, blank=True)
    chain = models.CharField(max_length=200, blank=True)
    committed_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "sha"], name="one_row_per_merged_commit")]
        indexes = [
            models.Index(fields=["service", "head"], name="merged_by_head"),
            models.Index(fields=["service", "chain"], name="merged_by_chain"),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.sha[:12]} of {self.service_id}"


class PullState(models.Model):
    """The last look at one source of one account and region. `seen` is what the source must remember for the next look."""

    source = models.CharField(max_length=20)
    account = models.CharField(max_length=12)
    region = models.CharField(max_length=30)
    looked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=600, blank=True)
    found = models.PositiveIntegerField(default=0)
    unmatched = models.JSONField(default=list, blank=True)
    seen = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "account", "region"], name="one_look_per_source")]
        ordering = ["source", "account", "region"]

    def __str__(self) -> str:
        return f"{self.source} {self.account} {self.region}"
