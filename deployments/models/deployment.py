"""What was deployed, with which commits, and the incidents that came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from deployments.models.states import DEPLOY, DEPLOYMENT_KINDS, DEPLOYMENT_STATES
from services.models import Entity


class Deployment(models.Model):
    """One deployment as somebody reported it. The same `source` and `external_id` is the same deployment.

    `rollback_of` is the external id (same source) of the deployment that this one takes back; `remediates` says that it
    was made because of an incident; `marked_failed` is why a person called it failed; `contained` that a canary was
    rolled back before it had all traffic. `weight` is the last share in percent that was told; `chain` groups what
    belongs together for the sender; `stamps` says for each field of which moment its value is (deployments.intake.settle).
    """

    service = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="deployments")
    version = models.CharField(max_length=100)
    source = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=[(state, state) for state in DEPLOYMENT_STATES])
    environment = models.CharField(max_length=60, default="production")
    region = models.CharField(max_length=30, blank=True)
    actor = models.CharField(max_length=150, blank=True)
    url = models.URLField(max_length=500, blank=True)
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in DEPLOYMENT_KINDS], default=DEPLOY)
    tier = models.CharField(max_length=20, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    artifact = models.CharField(max_length=300, blank=True)
    trigger = models.CharField(max_length=60, blank=True)
    strategy = models.CharField(max_length=40, blank=True)
    rollback_of = models.CharField(max_length=200, blank=True)
    remediates = models.BooleanField(default=False)
    marked_failed = models.CharField(max_length=300, blank=True)
    contained = models.BooleanField(default=False)
    weight = models.FloatField(null=True, blank=True)
    chain = models.CharField(max_length=200, blank=True)
    stamps = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    occurred_at = models.DateTimeField(db_index=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="one_row_per_deployment")]
        indexes = [
            models.Index(fields=["service", "-occurred_at"]),
            # Which deployment was taken back by which: few rows have a `rollback_of`.
            models.Index(
                fields=["source", "rollback_of"], condition=Q(rollback_of__gt=""), name="deployment_rolled_back"
            ),
        ]
        ordering = ["-occurred_at", "-id"]

    def __str__(self) -> str:
        return f"{self.service_id} {self.version} ({self.state})"

    @property
    def owner_ref(self) -> str:
        """The team that owns the service."""
        return self.service.owner_ref


class DeploymentCommit(models.Model):
    """A commit that a deployment brought to its environment: what lead time is counted from."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="commits")
    sha = models.CharField(max_length=64)
    committed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "sha"], name="one_row_per_commit")]
        ordering = ["deployment", "committed_at", "id"]

    def __str__(self) -> str:
        return f"{self.sha[:12]} in {self.deployment_id}"


class Incident(models.Model):
    """Something that went wrong with a service. The same `source` and `external_id` is the same incident.

    `deployment` is the one that caused it, where that is known (`artifact` is what the sender says was running); an
    incident is open until `resolved_at`. `stamps` are those of a deployment.
    """

    service = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="incidents")
    deployment = models.ForeignKey(
        Deployment, null=True, blank=True, on_delete=models.SET_NULL, related_name="incidents"
    )
    source = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    severity = models.CharField(max_length=20, blank=True)
    url = models.URLField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    artifact = models.CharField(max_length=300, blank=True)
    stamps = models.JSONField(default=dict, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="one_row_per_incident")]
        indexes = [models.Index(fields=["service", "-opened_at"])]
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return f"{self.title} ({'resolved' if self.resolved_at else 'open'})"

    @property
    def owner_ref(self) -> str:
        """The team that owns the service."""
        return self.service.owner_ref
