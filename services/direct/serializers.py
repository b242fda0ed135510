"""Shapes of direct writes in REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from services.direct.plan import Plan


class DescriptorSerializer(serializers.Serializer[Any]):
    """A descriptor in Backstage's format."""

    apiVersion = serializers.CharField(help_text="backstage.io/v1alpha1")
    kind = serializers.CharField(help_text="Such as Component")
    metadata = serializers.DictField()
    spec = serializers.DictField(required=False)


class DifferenceSerializer(serializers.Serializer[Any]):
    """One field that changes."""

    path = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class WrittenSerializer(serializers.Serializer[Any]):
    """What a write did, or would do."""

    ref = serializers.CharField()
    change = serializers.ChoiceField(choices=["added", "changed", "restored", "unchanged"])
    dry_run = serializers.BooleanField()
    differences = DifferenceSerializer(many=True)
    warnings = serializers.ListField(child=serializers.CharField(), help_text="Such as refs that name nothing yet")


class BulkSerializer(serializers.Serializer[Any]):
    """Many descriptors."""

    entities = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=500)
    why = serializers.CharField(required=False, max_length=300, help_text="Stands in the history of each")


class BulkWrittenSerializer(serializers.Serializer[Any]):
    """What became of them, in the order they were sent."""

    written = WrittenSerializer(many=True)


def written(plan: Plan, dry_run: bool, missing: set[str]) -> dict[str, Any]:
    """A plan as it is answered; `missing` are refs that name nothing."""
    warned = sorted({edge.target for edge in plan.wanted.edges} & missing)
    return {
        "ref": plan.wanted.ref,
        "change": plan.change,
        "dry_run": dry_run,
        "differences": [{"path": one.path, "before": one.before, "after": one.after} for one in plan.differences],
        "warnings": [f"{ref} is not in the catalog (yet)." for ref in warned],
    }
