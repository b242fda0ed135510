"""Shapes of calendars, freezes and windows over REST. Times are wall-clock times of the row's own zone."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from deployments.models import DeploymentWindow, Freeze, FreezeCalendar
from deployments.models.gates.calendars import OVERRIDERS, SCOPES

Text = serializers.CharField


class CalendarSerializer(serializers.ModelSerializer[FreezeCalendar]):
    """A calendar: what its freezes hold for, and who may override them."""

    scope = serializers.ChoiceField(choices=SCOPES, required=False)
    scope_value = Text(max_length=63, required=False, allow_blank=True, help_text="The bare name; a tier's number")
    environment = Text(max_length=60, required=False, allow_blank=True, help_text="Empty: every environment")
    overrider = serializers.ChoiceField(choices=OVERRIDERS, required=False)
    title = Text(max_length=100)
    zone = Text(max_length=60, required=False)

    class Meta:
        model = FreezeCalendar
        fields = [
            "slug", "title", "scope", "scope_value", "environment", "owner_ref", "zone", "overrider", "imported_at",
            "created_by", "created_at",
        ]  # fmt: skip
        read_only_fields = ["slug", "owner_ref", "imported_at", "created_by", "created_at"]


class FreezeSerializer(serializers.ModelSerializer[Freeze]):
    """A freeze, once or by a rule of RFC 5545."""

    calendar = serializers.SlugRelatedField(slug_field="slug", queryset=FreezeCalendar.objects.all())
    title = Text(max_length=100)
    reason = Text(max_length=500, required=False, allow_blank=True)
    starts = Text(max_length=19, help_text="Such as 2026-12-24T18:00, on the clock of the zone")
    ends = Text(max_length=19)
    zone = Text(max_length=60, required=False, help_text="An IANA name; without one the calendar's")
    rrule = Text(max_length=300, required=False, allow_blank=True, help_text="Such as FREQ=WEEKLY;BYDAY=FR")
    except_dates = serializers.ListField(child=Text(max_length=10), required=False, max_length=200)
    except_services = serializers.ListField(child=Text(max_length=63), required=False, max_length=200)

    class Meta:
        model = Freeze
        fields = [
            "id", "calendar", "title", "reason", "starts", "ends", "zone", "rrule", "except_dates", "except_services",
            "first_at", "until_at", "created_by", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["first_at", "until_at", "created_by", "updated_at"]


class WindowSerializer(serializers.ModelSerializer[DeploymentWindow]):
    """A weekly window; days are 0 (Monday) to 6. One that closes at or before it opens runs into the next day."""

    title = Text(max_length=100)
    scope = serializers.ChoiceField(choices=SCOPES, required=False)
    scope_value = Text(max_length=63, required=False, allow_blank=True)
    environment = Text(max_length=60, required=False, allow_blank=True)
    zone = Text(max_length=60, required=False)
    days = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), max_length=7)

    class Meta:
        model = DeploymentWindow
        fields = [
            "id", "title", "scope", "scope_value", "environment", "owner_ref", "zone", "days", "opens", "closes",
            "created_by", "created_at",
        ]  # fmt: skip
        read_only_fields = ["owner_ref", "created_by", "created_at"]


class ImportedSerializer(serializers.Serializer[Any]):
    """What an import did."""

    created = serializers.IntegerField()
    replaced = serializers.IntegerField()
