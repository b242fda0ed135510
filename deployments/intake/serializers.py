"""Shapes of intake over REST."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from deployments.intake.senders.manage import OVERLAP_HOURS
from deployments.models import CiIdentity, HookSender, IntakeEvent, PullState, RefusedEvent
from deployments.models.senders import HOOK_DIALECTS
from services.models import Entity


class IntakeEventSerializer(serializers.ModelSerializer[IntakeEvent]):
    """One accepted event."""

    service = serializers.SerializerMethodField()

    class Meta:
        model = IntakeEvent
        fields = [
            "id", "source", "event_id", "dialect", "kind", "summary", "outcome", "sender", "service", "deployment", "incident",
            "occurred_at", "received_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_service(self, row: IntakeEvent) -> str:
        """The ref; "" where the event is about none."""
        return row.service.ref if row.service else ""


class RefusedEventSerializer(serializers.ModelSerializer[RefusedEvent]):
    """One refused event in a list."""

    state = serializers.CharField(read_only=True, help_text="open, replayed or dismissed")
    may_be_replayed = serializers.BooleanField(read_only=True)

    class Meta:
        model = RefusedEvent
        fields = [
            "id", "received_at", "last_at", "times", "sender", "dialect", "reason", "field", "remedy", "state", "decided_by", "decided_at",
            "may_be_replayed",
        ]  # fmt: skip
        read_only_fields = fields


class OneRefusedEventSerializer(RefusedEventSerializer):
    """One refused event with what was sent."""

    headers = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta(RefusedEventSerializer.Meta):
        fields = [*RefusedEventSerializer.Meta.fields, "raw", "headers"]
        read_only_fields = fields


class SeveralEventsSerializer(serializers.Serializer[Any]):
    """Which refused events."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), min_length=1, max_length=200
    )


class ReplayedEventSerializer(serializers.Serializer[Any]):
    """What became of one event; `note` says why it is still refused."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    note = serializers.CharField()


class ScopeSerializer(serializers.ModelSerializer[Any]):
    """What senders and identities have in common."""

    teams = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=100)
    services = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=500)

    def validate_teams(self, value: list[str]) -> list[str]:
        """Refs of teams; a bare name is one of the namespace default."""
        return [_ref(name, "group") for name in value]

    def validate_services(self, value: list[str]) -> list[str]:
        """Refs of services of the catalog; a bare name is one of the namespace default."""
        refs = [_ref(name, "component") for name in value]
        known = {entity.ref for entity in Entity.objects.services().by_refs(refs)}
        if lost := [ref for ref in refs if ref not in known]:
            raise serializers.ValidationError(f"There is no service {lost[0]!r} in the catalog: give its name or ref.")
        return refs

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A scope of nothing would refuse every event."""
        said = {
            name: attrs.get(name, getattr(self.instance, name, None)) for name in ("everything", "teams", "services")
        }
        if not any(said.values()):
            raise serializers.ValidationError({"teams": "Name teams or services, or choose everything."})
        return attrs


def _ref(name: str, kind: str) -> str:
    text = name.strip().lower()
    if "\x00" in text or not text:
        raise serializers.ValidationError("Name it, such as payments.")
    head, slash, rest = text.removeprefix(f"{kind}:").rpartition("/")
    return f"{kind}:{head if slash else 'default'}/{rest}"


class SenderSerializer(ScopeSerializer):
    """A sender of hooks. Its secret is shown once, when it is made or rotated."""

    dialect = serializers.ChoiceField(choices=HOOK_DIALECTS)
    topics = serializers.ListField(child=serializers.CharField(max_length=300), required=False, max_length=50)
    rate = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)

    class Meta:
        model = HookSender
        fields = [
            "id", "name", "dialect", "everything", "teams", "services", "topics", "rate", "enabled", "created_by", "created_at",
            "last_used_at",
        ]  # fmt: skip
        read_only_fields = ["created_by", "created_at", "last_used_at"]


class NewSenderSerializer(SenderSerializer):
    """A sender to make; `secret` is one that the other side has made, without it one is made here."""

    scheme = serializers.CharField(max_length=10, required=False, default="", allow_blank=True)
    secret = serializers.CharField(max_length=200, required=False, default="", allow_blank=True, write_only=True)

    class Meta(SenderSerializer.Meta):
        fields = [*SenderSerializer.Meta.fields, "scheme", "secret"]


class RotateSecretSerializer(serializers.Serializer[Any]):
    """How long the secret of before is good still."""

    overlap_hours = serializers.ChoiceField(choices=[(hours, f"{hours} hours") for hours in OVERLAP_HOURS], default=24)
    secret = serializers.CharField(max_length=200, required=False, default="", allow_blank=True, write_only=True)


class SenderSecretSerializer(serializers.Serializer[Any]):
    """A secret in clear, once."""

    sender = SenderSerializer()
    secret = serializers.CharField()


class CiIdentitySerializer(ScopeSerializer):
    """A CI identity. Ids are those of the platform, because names can change hands."""

    issuer = serializers.CharField(max_length=200)
    repository_id = serializers.RegexField(r"^\d{1,20}$")
    owner_id = serializers.RegexField(r"^\d{1,20}$")

    class Meta:
        model = CiIdentity
        fields = [
            "id", "name", "issuer", "repository_id", "owner_id", "repository", "environment", "ref", "workflow", "everything", "teams",
            "services", "enabled", "created_by", "created_at", "last_used_at",
        ]  # fmt: skip
        read_only_fields = ["created_by", "created_at", "last_used_at"]

    def validate_issuer(self, value: str) -> str:
        """One of the list."""
        if value not in settings.OIDC_ISSUERS:
            raise serializers.ValidationError(
                f"Choose one of {', '.join(settings.OIDC_ISSUERS) or 'none: OIDC_ISSUERS is empty'}."
            )
        return value

    def validate_ref(self, value: str) -> str:
        """A pattern that is closed: a name, or the beginning of one."""
        return _closed(value)

    def validate_workflow(self, value: str) -> str:
        """A pattern that is closed: a name, or the beginning of one."""
        return _closed(value)


def _closed(value: str) -> str:
    if "*" in value[:-1] or value == "*":
        raise serializers.ValidationError("A * may stand at the end only, after a beginning: refs/heads/release/*.")
    return value


class PullStateSerializer(serializers.ModelSerializer[PullState]):
    """The last look at one source of one account and region."""

    class Meta:
        model = PullState
        fields = ["source", "account", "region", "looked_at", "read_at", "error", "found", "unmatched"]
        read_only_fields = fields
