"""Shapes of the metrics over REST. Times are seconds, rates are shares of one; null where nothing is known."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from deployments.dora.mark import LONGEST_REASON
from deployments.models import Deployment


class FiguresSerializer(serializers.Serializer[Any]):
    """The five metrics, and what they were counted from."""

    deployments = serializers.IntegerField(source="cell.deployments")
    succeeded = serializers.IntegerField(source="cell.succeeded")
    failed = serializers.IntegerField(source="cell.failed")
    contained = serializers.IntegerField(source="cell.contained", help_text="Taken back as canaries: no failures.")
    rework = serializers.IntegerField(source="cell.rework")
    frequency_per_day = serializers.FloatField(source="frequency", allow_null=True)
    lead_seconds = serializers.FloatField(source="lead", allow_null=True, help_text="Median over commits.")
    recovery_seconds = serializers.FloatField(source="recovery", allow_null=True, help_text="Median over failures.")
    fail_rate = serializers.FloatField(allow_null=True)
    rework_rate = serializers.FloatField(allow_null=True)
    commits_known = serializers.FloatField(source="covered_commits", allow_null=True)
    ends_known = serializers.FloatField(source="covered_ends", allow_null=True)


class GroupSerializer(serializers.Serializer[Any]):
    """One team, service or system."""

    key = serializers.CharField()
    now = FiguresSerializer()
    before = FiguresSerializer()


class DoraSerializer(serializers.Serializer[Any]):
    """The report; `trend` is by week or month, `groups` has those with most deployments first, at most 200."""

    since = serializers.DateTimeField(source="window.since")
    until = serializers.DateTimeField(source="window.until")
    every = serializers.CharField(source="window.unit")
    now = FiguresSerializer()
    before = FiguresSerializer()
    trend = serializers.SerializerMethodField()
    groups = serializers.SerializerMethodField()

    def get_trend(self, report: Any) -> list[dict[str, Any]]:
        """Each slice with its first moment."""
        return [{"start": start, **FiguresSerializer(found).data} for start, found in report.trend]

    def get_groups(self, report: Any) -> list[dict[str, Any]]:
        """The groups."""
        return [dict(one) for one in GroupSerializer(report.lines[:200], many=True).data]


class CountedSerializer(serializers.Serializer[Any]):
    """One deployment, the classes it counts in (failed, contained, rework), and why."""

    id = serializers.IntegerField(source="row.pk")
    service = serializers.CharField(source="row.service.ref")
    version = serializers.CharField(source="row.version")
    state = serializers.CharField(source="row.state")
    ended_at = serializers.SerializerMethodField()
    classes = serializers.ListField(child=serializers.CharField())
    why = serializers.ListField(child=serializers.CharField())
    recovery_seconds = serializers.FloatField(source="recovery", allow_null=True)
    marked_failed = serializers.CharField(source="row.marked_failed")

    def get_ended_at(self, counted: Any) -> str:
        """When it had ended."""
        row: Deployment = counted.row
        return (row.finished_at or row.occurred_at).isoformat()


class MarkSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=LONGEST_REASON)
