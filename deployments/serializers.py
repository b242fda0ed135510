"""Shapes of deployments over REST. What comes in is closed: unknown values are refused, not stored."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from deployments import plans
from deployments.engine.plan.reading import PlanError
from deployments.engine.plan.segments import parse
from deployments.intake.accept import OWN
from deployments.models import Deployment, Judgement, Rollout, RolloutPlan, RolloutSegment, RolloutStep
from deployments.models.states import DEPLOYMENT_STATES
from deployments.targets.contract import LAMBDA_ALIAS, TargetError, of
from deployments.targets.reading import checked, keys_of_all
from services.models import Entity


@extend_schema_field(str)
class ServiceField(serializers.Field[Entity, Any, str, Any]):
    """A service by ref or bare name."""

    def to_internal_value(self, data: Any) -> Entity:
        """The entity, or a sentence."""
        name = data.lower().rpartition("/")[2] if isinstance(data, str) and len(data) <= 200 else ""
        entity = Entity.objects.services().filter(name=name).first()
        if entity is None:
            raise serializers.ValidationError("There is no such service in the catalog: give its name or ref.")
        return entity

    def to_representation(self, value: Entity) -> str:
        """The ref."""
        return value.ref


class DeploymentSerializer(serializers.ModelSerializer[Deployment]):
    """One deployment. The same source and external_id is the same deployment, however often it is sent."""

    service = ServiceField()
    source = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", max_length=60)  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=DEPLOYMENT_STATES)
    url = serializers.URLField(max_length=500, required=False, allow_blank=True)

    class Meta:
        model = Deployment
        fields = [
            "id", "service", "version", "source", "external_id", "state", "environment", "region", "actor", "url",
            "started_at", "finished_at", "occurred_at", "received_at",
        ]  # fmt: skip
        read_only_fields = ["received_at"]
        # Sending the same one again is how a pipeline reports progress, so uniqueness is not an error here.
        validators: list[Any] = []

    def validate_source(self, value: str) -> str:
        """Names that the portal itself writes under are taken."""
        if value in OWN:
            raise serializers.ValidationError(f"The source {value!r} is the portal's own: choose another.")
        return value


class SegmentSerializer(serializers.ModelSerializer[RolloutSegment]):
    """One segment."""

    state = serializers.CharField(read_only=True, help_text="waiting, armed, baking, done or stopped")

    class Meta:
        model = RolloutSegment
        fields = [
            "order", "name", "share", "kind", "region", "weight", "bake_seconds", "minimum_requests", "state",
            "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


class JudgementSerializer(serializers.ModelSerializer[Judgement]):
    """One look at the canary, with all its numbers."""

    segment = serializers.CharField(source="segment.name", read_only=True)

    class Meta:
        model = Judgement
        fields = ["at", "segment", "state", "evidence", "verdict"]
        read_only_fields = fields


class StepSerializer(serializers.ModelSerializer[RolloutStep]):
    """One line of the log."""

    class Meta:
        model = RolloutStep
        fields = ["at", "by", "text"]
        read_only_fields = fields


class RolloutSerializer(serializers.ModelSerializer[Rollout]):
    """A rollout in a list."""

    service = serializers.CharField(source="entity.ref", read_only=True)
    plan = serializers.StringRelatedField[RolloutPlan]()
    state = serializers.CharField(
        read_only=True, help_text="planned, running, paused, rolling_back, rolled_back, succeeded or failed"
    )
    segments = SegmentSerializer(many=True, read_only=True)

    class Meta:
        model = Rollout
        fields = [
            "id", "service", "version", "previous_version", "plan", "state", "segment_index", "paused_reason", "reason",
            "last_verdict", "gates", "created_by", "created_at", "finished_at", "segments",
        ]  # fmt: skip
        read_only_fields = fields


class OneRolloutSerializer(RolloutSerializer):
    """A rollout with its last 100 judgements and steps, newest first."""

    judgements = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()

    class Meta(RolloutSerializer.Meta):
        fields = [*RolloutSerializer.Meta.fields, "judgements", "steps"]
        read_only_fields = fields

    def get_judgements(self, rollout: Rollout) -> list[dict[str, Any]]:
        """Newest first."""
        rows = rollout.judgements.select_related("segment").order_by("-id")[:100]
        return [dict(row) for row in JudgementSerializer(rows, many=True).data]

    def get_steps(self, rollout: Rollout) -> list[dict[str, Any]]:
        """Newest first."""
        return [dict(row) for row in StepSerializer(rollout.steps.order_by("-id")[:100], many=True).data]


class StartSerializer(serializers.Serializer[Any]):
    """What starts a rollout: `kind` says which of the target's keys are taken. `plan` is "name" (its newest version) or "name@version"."""

    service = ServiceField()
    version = serializers.CharField(max_length=100)
    previous_version = serializers.CharField(max_length=100, required=False, default="")
    kind = serializers.CharField(max_length=60, required=False, default=LAMBDA_ALIAS)
    plan = serializers.CharField(max_length=80)
    canaries = serializers.DictField(
        child=serializers.CharField(max_length=2000),
        required=False,
        default=dict,
        help_text="What AWS calls the new version in further regions of the plan, by region.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The keys of all kinds beside those of every rollout."""
        own = {
            name: serializers.CharField(
                max_length=2000,
                required=name == "canary",
                allow_blank=True,
                help_text=" ".join(f"{kind.title}: {field.title}. {field.help}".strip() for kind, field in takers),
            )
            for name, takers in keys_of_all().items()
        }
        return {**super().get_fields(), **own}

    def validate_plan(self, value: str) -> RolloutPlan:
        """The plan's row."""
        plan = plans.resolve(value)
        if plan is None:
            raise serializers.ValidationError(f"There is no plan {value!r}.")
        return plan

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Only keys that the kind takes, and all of them with their defaults."""
        try:
            kind = of({"kind": attrs["kind"]})
        except TargetError as error:
            raise serializers.ValidationError({"kind": str(error)}) from error
        unknown = {name: f"There is no key {name!r} here." for name in self.initial_data if name not in self.fields}
        if unknown:
            raise serializers.ValidationError(unknown)
        own = {name: attrs.pop(name) for name in keys_of_all() if name in attrs}
        values, wrong = checked(kind, own)
        elsewhere = {region: checked(kind, {**own, "canary": named})[1] for region, named in attrs["canaries"].items()}
        unlike = [f"{region}: {bad['canary']}" for region, bad in elsewhere.items() if "canary" in bad]
        if unlike:
            wrong["canaries"] = " ".join(unlike)
        if wrong:
            raise serializers.ValidationError(wrong)
        return {**attrs, **values}


class ReasonSerializer(serializers.Serializer[Any]):
    """Why, in the operator's words; optional."""

    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class PlanSerializer(serializers.ModelSerializer[RolloutPlan]):
    """A plan's version. Sending a name again stores the next version; what is stored never changes."""

    name = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$", max_length=60)
    definition = serializers.DictField()

    class Meta:
        model = RolloutPlan
        fields = ["id", "name", "version", "definition", "created_by", "created_at"]
        # The version is counted on, so a known name is no error.
        validators: list[Any] = []
        read_only_fields = ["version", "created_by", "created_at"]

    def validate_definition(self, value: dict[str, Any]) -> dict[str, Any]:
        """A plan that can be followed."""
        try:
            parse(value)
        except PlanError as error:
            raise serializers.ValidationError(str(error)) from error
        return value
