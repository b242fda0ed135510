"""CodePipeline and CodeDeploy of all accounts and regions as they were last seen, and what compliance means for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from deployments.engine.plan.gates import POLICIES
from services.models import Entity


class Placed(models.Model):
    """Something in one account and region, with the service it belongs to (none where its name matches no service)."""

    service = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=150)
    account = models.CharField(max_length=12)
    region = models.CharField(max_length=30)
    observed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    @property
    def owner_ref(self) -> str:
        """The team that owns the service."""
        return self.service.owner_ref if self.service is not None else ""


class Pipeline(Placed):
    """One CodePipeline. `stages` hold name, state, transition and approvals; `note` says why nothing is known, if so."""

    kind = models.CharField(max_length=4, default="V1")
    stages = models.JSONField(default=list)
    status = models.CharField(max_length=12, blank=True)
    waiting = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "region", "name"], name="one_row_per_pipeline")]
        ordering = ["name", "account", "region"]

    def __str__(self) -> str:
        return f"{self.name} in {self.account} {self.region}"

    def get_absolute_url(self) -> str:
        """The pipeline's page."""
        return reverse("deployments:pipeline", args=[self.pk])

    @property
    def owner(self) -> str:
        """How its armed changes name it."""
        return f"pipeline:{self.pk}"


class PipelineExecution(models.Model):
    """One run of a pipeline, as AWS tells it."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="executions")
    execution_id = models.CharField(max_length=36)
    status = models.CharField(max_length=12)
    kind = models.CharField(max_length=10, default="STANDARD")
    trigger = models.CharField(max_length=30, blank=True)
    revision = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pipeline", "execution_id"], name="one_row_per_execution")]
        ordering = ["pipeline", "-started_at", "-id"]

    def __str__(self) -> str:
        return f"{self.execution_id[:8]} {self.status}"


class DeployGroup(Placed):
    """One CodeDeploy deployment group with its last deployment."""

    application = models.CharField(max_length=150)
    platform = models.CharField(max_length=10)
    config = models.CharField(max_length=150)
    auto_rollback = models.BooleanField(default=False)
    deployment_id = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=12, blank=True)
    deployed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "region", "application", "name"], name="one_row_per_group")
        ]
        ordering = ["application", "name", "account", "region"]

    def __str__(self) -> str:
        return f"{self.application}/{self.name}"


class CompliancePolicy(models.Model):
    """What a broken AWS Config rule means for the pipelines of a service, or for one pipeline: that goes before.

    `stage` is the one whose inbound transition is closed, "" the last one.
    """

    service = models.OneToOneField(Entity, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    pipeline = models.OneToOneField(
        Pipeline, null=True, blank=True, on_delete=models.CASCADE, related_name="own_policy"
    )
    policy = models.CharField(max_length=5, choices=[(policy, policy) for policy in POLICIES])
    stage = models.CharField(max_length=100, blank=True)
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service=None, pipeline__isnull=False) | Q(service__isnull=False, pipeline=None),
                name="policy_of_service_or_pipeline",
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy} for {self.service or self.pipeline}"
