"""Shapes of the catalog's REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
from django.utils import timezone
from rest_framework import serializers

from services import facts
from services.descriptors import LIMITS
from services.descriptors.links import safe_link
from services.models import Entity, EntityVersion, Import
from services.storing import history

FIELDS = (
    "id", "kind", "namespace", "name", "title", "description", "owner_ref", "system_ref", "type", "lifecycle", "tier",
    "tags", "links", "annotations", "source", "facts_changed_at", "created_at", "updated_at",
)  # fmt: skip
VALUE_BYTES = 65_536


class EntitySerializer(serializers.ModelSerializer[Entity]):
    """One entity as it stands in lists."""

    ref = serializers.CharField(read_only=True)

    class Meta:
        model = Entity
        fields = ["ref", *FIELDS]
        read_only_fields = fields

    def to_representation(self, instance: Entity) -> dict[str, Any]:
        """The fields as they are: nothing here needs the slow way over serializer fields."""
        return {"ref": instance.ref} | {name: getattr(instance, name) for name in FIELDS}


class RelationSerializer(serializers.Serializer[Any]):
    """One end of an edge."""

    type = serializers.CharField()
    target_ref = serializers.CharField()


class EntityDetailSerializer(EntitySerializer):
    """One entity with its relations and its spec."""

    relations = RelationSerializer(many=True, read_only=True)

    class Meta(EntitySerializer.Meta):
        fields = [*EntitySerializer.Meta.fields, "spec", "relations"]
        read_only_fields = fields

    def to_representation(self, instance: Entity) -> dict[str, Any]:
        """The list's fields, then spec and relations."""
        ends = instance.relations.values_list("type", "target_ref").distinct()
        relations = [{"type": kind, "target_ref": ref} for kind, ref in ends]
        return super().to_representation(instance) | {"spec": instance.spec, "relations": relations}


class VersionSerializer(serializers.ModelSerializer[EntityVersion]):
    """One interval of an entity's history, with what it changed."""

    class Meta:
        model = EntityVersion
        fields = ["valid_from", "valid_to", "change", "by", "source", "why"]
        read_only_fields = fields

    def to_representation(self, instance: EntityVersion) -> dict[str, Any]:
        """The row, and the fields that differ from the version before, where that was asked for."""
        shown = {name: getattr(instance, name) for name in self.Meta.fields}
        if not hasattr(instance, "before"):
            return shown
        changed = history.differences(instance.before or {}, instance.data)
        return shown | {"differences": [{"path": d.path, "before": d.before, "after": d.after} for d in changed]}


class FactSerializer(serializers.Serializer[facts.FactView]):
    """One open fact."""

    key = serializers.CharField()
    value = serializers.DictField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of the fact, not where DRF reads from
    url = serializers.CharField(allow_blank=True)
    valid_from = serializers.DateTimeField()
    observed_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    fresh = serializers.BooleanField()


class PushedFactSerializer(serializers.Serializer[Any]):
    """A fact that somebody's pipeline observed."""

    entity = serializers.CharField(max_length=200, help_text="The entity's ref, such as component:default/checkout")
    key = serializers.RegexField(
        facts.KEY, max_length=100, help_text="Two dotted lower-case words, such as ci.coverage"
    )
    value = serializers.DictField(allow_empty=False, help_text="A JSON object of at most 64 KiB")
    observed_at = serializers.DateTimeField(required=False, help_text="When it was seen; now by default")
    expires_in = serializers.IntegerField(
        required=False, min_value=60, max_value=31_536_000, help_text="Seconds until it counts as unknown"
    )
    url = serializers.CharField(required=False, allow_blank=True, max_length=300, help_text="Where to read more")

    def validate_key(self, key: str) -> str:
        """What a plugin observes itself cannot be pushed: evidence must not be forged."""
        taken = {known.partition(".")[0] for source in facts.sources.items() for known in source.keys}
        if key.partition(".")[0] in taken:
            raise serializers.ValidationError(
                f"Facts {key.partition('.')[0]}.* are observed by the portal. Use another word."
            )
        return key

    def validate_value(self, value: dict[str, Any]) -> dict[str, Any]:
        """A bounded size."""
        if len(orjson.dumps(value, default=str)) > VALUE_BYTES:
            raise serializers.ValidationError("The value is larger than 64 KiB. Push a summary and a url.")
        return value

    def validate_url(self, url: str) -> str:
        """An address that a page may link to."""
        if url and not safe_link(url):
            raise serializers.ValidationError("Use a full http, https or mailto address.")
        return url

    def validate_observed_at(self, moment: Any) -> Any:
        """Nobody sees the future; five minutes are allowed for clocks that disagree."""
        if moment > timezone.now() + timedelta(minutes=5):
            raise serializers.ValidationError("The time is in the future. Check the clock.")
        return moment


class PushedSerializer(serializers.Serializer[Any]):
    """What became of a pushed fact."""

    changed = serializers.BooleanField()


class StartedSerializer(serializers.Serializer[Any]):
    """A run that was asked for; poll it under /api/v1/jobs/runs/."""

    run = serializers.IntegerField()


class ImportSerializer(serializers.ModelSerializer[Import]):
    """What became of one document."""

    class Meta:
        model = Import
        fields = ["id", "source", "document", "line", "ref", "state", "field", "reason", "remedy", "at"]
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    """Descriptors as one text, YAML or JSON. The same name again replaces what the sender stored under it."""

    content = serializers.CharField(max_length=LIMITS.bytes, trim_whitespace=False)
    name = serializers.CharField(max_length=80, default="catalog-info.yaml")
    dry_run = serializers.BooleanField(default=False)


class ReportSerializer(serializers.ModelSerializer[Import]):
    """What became, or would become, of one document."""

    class Meta:
        model = Import
        fields = ["document", "line", "ref", "state", "field", "reason", "remedy"]
        read_only_fields = fields


class UploadedSerializer(serializers.Serializer[Any]):
    """Counts of entities, and a report for each document."""

    stored = serializers.IntegerField(read_only=True)
    unchanged = serializers.IntegerField(read_only=True)
    removed = serializers.IntegerField(read_only=True)
    reports = ReportSerializer(many=True, read_only=True)
