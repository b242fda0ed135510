"""Shapes of gates, overrides, approvals and error budgets over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from deployments import plans
from deployments.gates import budgets
from deployments.gates.overrides import LEAST_MINUTES, MOST_MINUTES
from deployments.models import Approval, ErrorBudget, GateOverride, RolloutPlan
from deployments.serializers import ServiceField


class GateSerializer(serializers.Serializer[Any]):
    """One answer. `code` names the gate, `reason` why it is not good; both are words for machines."""

    code = serializers.CharField()
    reason = serializers.CharField()
    title = serializers.CharField()
    note = serializers.CharField()
    state = serializers.CharField(help_text="good, fair (a warning), poor (blocked) or stale (not known)")
    blocks = serializers.BooleanField()
    subjects = serializers.ListField(child=serializers.CharField(), help_text="What stands in the way, one by one")
    who_may_override = serializers.CharField(help_text='operator, admin, or "" for nobody')
    overridden = serializers.CharField()
    url = serializers.CharField()


class GoSerializer(serializers.Serializer[Any]):
    """Go or no go, with every reason."""

    service = serializers.CharField()
    allowed = serializers.BooleanField()
    at = serializers.DateTimeField()
    gates = GateSerializer(many=True)


class AskSerializer(serializers.Serializer[Any]):
    """Of which service, in which environment, by which plan ("name" or "name@version"; without one the defaults)."""

    service = ServiceField()
    environment = serializers.CharField(max_length=60, required=False, default="production")
    plan = serializers.CharField(max_length=80, required=False, default="")

    def validate_plan(self, value: str) -> RolloutPlan | None:
        """The plan's row, None where none was named."""
        plan = plans.resolve(value) if value else None
        if value and plan is None:
            raise serializers.ValidationError(f"There is no plan {value!r}.")
        return plan


class OverrideSerializer(serializers.ModelSerializer[GateOverride]):
    """An override of one gate of one rollout."""

    class Meta:
        model = GateOverride
        fields = ["id", "code", "subjects", "reason", "by", "at", "until", "revoked_at", "revoked_by"]
        read_only_fields = fields


class OverrideRequestSerializer(serializers.Serializer[Any]):
    """Which gate, why, and for how long."""

    gate = serializers.CharField(max_length=20, help_text="The gate's code, such as freeze")
    reason = serializers.CharField(max_length=500)
    minutes = serializers.IntegerField(min_value=LEAST_MINUTES, max_value=MOST_MINUTES, default=60)


class ApprovalSerializer(serializers.ModelSerializer[Approval]):
    """That an approval was asked for, or what a person said."""

    rollout = serializers.IntegerField(source="rollout_id", read_only=True)
    service = serializers.CharField(source="rollout.entity.ref", read_only=True)
    segment = serializers.CharField(source="segment.name", read_only=True)
    order = serializers.IntegerField(source="segment.order", read_only=True)
    verdict = serializers.CharField(read_only=True, help_text="requested, approved or denied")

    class Meta:
        model = Approval
        fields = ["id", "rollout", "service", "segment", "order", "verdict", "by", "reason", "at", "expires_at"]
        read_only_fields = fields


class BudgetSerializer(serializers.ModelSerializer[ErrorBudget]):
    """One objective with what remains of its budget (null where nothing fresh is known; below 0 it is overspent)."""

    service = serializers.CharField(source="service.ref", read_only=True)
    remaining = serializers.SerializerMethodField()

    class Meta:
        model = ErrorBudget
        fields = ["id", "service", "slo", "target", "window_days", "source", "url", "remaining", "updated_at"]
        read_only_fields = fields

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_remaining(self, budget: ErrorBudget) -> float | None:
        """The share that is left."""
        found = budgets.state_of(budget).remaining
        return None if found is None else round(found, 6)


class BudgetPushSerializer(serializers.Serializer[Any]):
    """A report: `total` and `bad` of the interval that starts `at`, or `remaining` as another tool computes it."""

    service = ServiceField()
    slo = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9 _.:-]*$", max_length=60, default="availability")
    target = serializers.FloatField(required=False, default=None, allow_null=True, min_value=0.5, max_value=0.999999)
    window_days = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1, max_value=90)
    at = serializers.DateTimeField()
    total = serializers.FloatField(required=False, default=None, allow_null=True, min_value=0, max_value=1e15)
    bad = serializers.FloatField(required=False, default=None, allow_null=True, min_value=0, max_value=1e15)
    remaining = serializers.FloatField(required=False, default=None, allow_null=True, min_value=-1000, max_value=1)
    source = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)  # type: ignore[assignment]
    url = serializers.URLField(max_length=500, required=False, default="", allow_blank=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Counts or a share, not both; not more bad requests than requests."""
        counted = data["total"] is not None or data["bad"] is not None
        if counted == (data["remaining"] is not None) or (counted and None in (data["total"], data["bad"])):
            raise serializers.ValidationError({"total": ["Send either total and bad, or remaining."]})
        if counted and data["bad"] > data["total"]:
            raise serializers.ValidationError({"bad": ["There cannot be more bad requests than requests."]})
        return data
