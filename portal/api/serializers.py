"""Shapes of the shell's REST."""

from __future__ import annotations

from rest_framework import serializers

from portal.access.models import AuditEvent
from portal.aws.models import Account
from portal.jobs.models import Run, Schedule


class RunSerializer(serializers.ModelSerializer[Run]):
    """One run of a job."""

    class Meta:
        model = Run
        fields = [
            "id", "job", "schedule", "slot", "args", "state", "attempt", "max_attempts", "progress_done",
            "progress_total", "progress_text", "result", "error", "log", "requested_by", "cancel_by",
            "created_at", "started_at", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """When a job runs."""

    class Meta:
        model = Schedule
        fields = [
            "id",
            "key",
            "title",
            "job",
            "args",
            "cron",
            "every",
            "timezone",
            "misfire",
            "grace",
            "enabled",
            "next_at",
        ]
        read_only_fields = fields


class AccountSerializer(serializers.ModelSerializer[Account]):
    """An AWS account. The ExternalId is made by the portal and read-only."""

    class Meta:
        model = Account
        fields = [
            "id", "account_id", "name", "regions", "read_role_arn", "rollout_role_arn", "chaos_role_arn", "review_role_arn",
            "external_id", "enabled", "last_error", "last_seen_at",
        ]  # fmt: skip
        read_only_fields = ["external_id", "last_error", "last_seen_at"]

    def validate_regions(self, value: object) -> list[str]:
        """A list of region names."""
        if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
            raise serializers.ValidationError('Give a list of region names, such as ["eu-west-1"].')
        return value


class AuditSerializer(serializers.ModelSerializer[AuditEvent]):
    """One line of the trail."""

    class Meta:
        model = AuditEvent
        fields = ["id", "at", "actor", "action", "target", "severity", "detail", "sha256"]
        read_only_fields = fields


class MeSerializer(serializers.Serializer[object]):
    """Who calls."""

    username = serializers.CharField()
    teams = serializers.ListField(child=serializers.CharField())
    roles = serializers.DictField(child=serializers.CharField())
