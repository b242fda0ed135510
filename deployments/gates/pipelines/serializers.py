"""Shapes of pipelines and deployment groups over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from deployments.engine.plan.gates import POLICIES
from deployments.gates.pipelines import block, policies
from deployments.models import DeployGroup, Pipeline, PipelineExecution
from services.models import Entity


def _ref(service: Entity | None) -> str | None:
    return service.ref if service is not None else None


class PipelineSerializer(serializers.ModelSerializer[Pipeline]):
    """One pipeline as it was seen at `observed_at`; `note` says why it is older, if so. Each stage tells its `status`, whether
    the way into it is `open` (else `reason`, `changed_by`, `changed_at`), `approvals` that wait, and `queued` runs."""

    service = serializers.SerializerMethodField()
    stages = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = Pipeline
        fields = [
            "id", "name", "service", "account", "region", "kind", "status", "waiting", "closed", "stages", "note",
            "observed_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_service(self, row: Pipeline) -> str | None:
        """The service's ref, null where none has its name or tags."""
        return _ref(row.service)


class ExecutionSerializer(serializers.ModelSerializer[PipelineExecution]):
    """One run."""

    class Meta:
        model = PipelineExecution
        fields = ["execution_id", "status", "kind", "trigger", "revision", "reason", "started_at", "updated_at"]
        read_only_fields = fields


class PipelinePolicySerializer(serializers.Serializer[Any]):
    """What a broken AWS Config rule means: off, warn, or block, which closes the way into `stage` ("": the last one)."""

    policy = serializers.ChoiceField(choices=POLICIES)
    stage = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    source = serializers.CharField(  # type: ignore[assignment]
        read_only=True, help_text="default, service or pipeline"
    )


class OnePipelineSerializer(PipelineSerializer):
    """A pipeline with its newest runs, its policy, its compliance, and whether the portal holds it closed."""

    executions = serializers.SerializerMethodField()
    policy = serializers.SerializerMethodField()
    compliance = serializers.SerializerMethodField()
    closed_by_us = serializers.SerializerMethodField()

    class Meta(PipelineSerializer.Meta):
        fields = [*PipelineSerializer.Meta.fields, "executions", "policy", "compliance", "closed_by_us"]
        read_only_fields = fields

    @extend_schema_field(ExecutionSerializer(many=True))
    def get_executions(self, row: Pipeline) -> Any:
        """The newest fifty."""
        return ExecutionSerializer(row.executions.all()[:50], many=True).data

    @extend_schema_field(PipelinePolicySerializer)
    def get_policy(self, row: Pipeline) -> Any:
        """The policy that counts."""
        return PipelinePolicySerializer(policies.of([row])[row.pk]).data

    @extend_schema_field(serializers.DictField())
    def get_compliance(self, row: Pipeline) -> dict[str, Any]:
        """State (broken, clean or unknown) and the broken rules."""
        found = block.compliance_of(row)
        return {"state": found.state, "rules": list(found.rules)}

    @extend_schema_field(serializers.BooleanField())
    def get_closed_by_us(self, row: Pipeline) -> bool:
        """Whether a change of the portal is open."""
        return block.standing(row) is not None


class PipelineAnswerSerializer(serializers.Serializer[Any]):
    """The answer to an approval that waits."""

    stage = serializers.CharField(max_length=100)
    action = serializers.CharField(max_length=100)
    verdict = serializers.ChoiceField(choices=("approve", "reject"))
    reason = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)


class AskedSerializer(serializers.Serializer[Any]):
    """The job's run that gives the answer to AWS."""

    run = serializers.IntegerField()


class GroupSerializer(serializers.ModelSerializer[DeployGroup]):
    """One CodeDeploy deployment group with its last deployment."""

    service = serializers.SerializerMethodField()

    class Meta:
        model = DeployGroup
        fields = [
            "id", "application", "name", "service", "account", "region", "platform", "config", "auto_rollback",
            "deployment_id", "status", "deployed_at", "observed_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_service(self, row: DeployGroup) -> str | None:
        """The service's ref, if it is known."""
        return _ref(row.service)
