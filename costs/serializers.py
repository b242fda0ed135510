"""Shapes of the REST of costs. Amounts are decimal text with the currency beside them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from costs.models import CostReview, Finding
from services.models import Entity


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """A finding with its monthly saving and its derivation."""

    service = serializers.CharField(source="service.ref", read_only=True)
    owner_ref = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    evidence = serializers.DictField(read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Finding
        fields = [
            "id", "service", "owner_ref", "detector", "title", "resource", "account", "region", "state", "low",
            "expected", "high", "present", "currency", "effort", "evidence", "first_seen", "last_seen", "decided_by",
            "decided_at", "reason", "snoozed_until", "url",
        ]  # fmt: skip
        read_only_fields = fields


class DecisionSerializer(serializers.Serializer[Finding]):
    """A decision about a finding: dismissing and snoozing need a reason; a snooze lasts 30 days unless said otherwise."""

    state = serializers.ChoiceField(choices=Finding.State.choices)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    snoozed_until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class TotalSerializer(serializers.Serializer[object]):
    """What the open findings of a review save a month in one currency."""

    low = serializers.CharField()
    expected = serializers.CharField()
    high = serializers.CharField()
    findings = serializers.IntegerField()


class UnjudgedSerializer(serializers.Serializer[object]):
    """What a review could not judge, and why."""

    service = serializers.CharField()
    url = serializers.CharField()
    detector = serializers.CharField()
    resource = serializers.CharField()
    reason = serializers.CharField()


class ReviewSerializer(serializers.ModelSerializer[CostReview]):
    """A cost review in short."""

    state = serializers.CharField(read_only=True)
    totals = serializers.DictField(child=TotalSerializer(), read_only=True, help_text="By currency; never summed.")
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = CostReview
        fields = [
            "id", "owner_ref", "state", "period_start", "period_end", "started_at", "finished_at", "services",
            "totals", "missing", "by", "url",
        ]  # fmt: skip
        read_only_fields = fields


class ReviewDetailSerializer(ReviewSerializer):
    """A cost review with what it could not judge and the findings that it saw."""

    unjudged = UnjudgedSerializer(many=True, read_only=True)
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)
    findings = serializers.SerializerMethodField()

    class Meta(ReviewSerializer.Meta):
        fields = [*ReviewSerializer.Meta.fields, "unjudged", "notes", "findings"]
        read_only_fields = fields

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, review: CostReview) -> list[object]:
        """The findings seen, as they stand now."""
        rows = Finding.objects.filter(seen_in__review=review).select_related("service")
        return list(FindingSerializer(rows, many=True).data)


class ReviewRequestSerializer(serializers.Serializer[object]):
    """Which team to review; all of them when left out."""

    team = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")

    def validate_team(self, value: str) -> str:
        """A team that owns at least one service."""
        if value and not Entity.objects.services().filter(owner_ref=value).exists():
            raise serializers.ValidationError(
                f"No service belongs to {value!r}: give a ref like group:default/payments."
            )
        return value


class RunRefSerializer(serializers.Serializer[object]):
    """The run that holds the review; ask /api/v1/runs/{id}/ how far it is."""

    run = serializers.IntegerField()
    url = serializers.CharField()
