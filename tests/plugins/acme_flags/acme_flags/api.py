"""REST under /api/v1/flags/."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import generics, serializers

from acme_flags.models import Flag
from portal.api.base import Cursor


class FlagSerializer(serializers.ModelSerializer[Flag]):
    """A flag as JSON."""

    class Meta:
        model = Flag
        fields = ["id", "entity_ref", "name", "stale"]


class Flags(generics.ListAPIView[Flag]):
    """All flags, newest first."""

    queryset = Flag.objects.all()
    serializer_class = FlagSerializer
    pagination_class = Cursor
    read_role = "viewer"


urlpatterns: list[Any] = [path("", Flags.as_view(), name="api-acme-flags")]
