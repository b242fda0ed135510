"""REST of the coverage map."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chaos import coverage_map
from chaos.coverage_views import CoverageFilter, services
from chaos.engine.evidence import Standing
from chaos.failure_modes import MODES
from services.models import Entity

STANDINGS = ", ".join([*(standing.value for standing in Standing), coverage_map.NONE])


class CellSerializer(serializers.Serializer[Any]):
    """One failure mode of a service."""

    mode = serializers.CharField(help_text=f"One of {', '.join(MODES)}.")
    standing = serializers.CharField(help_text=f"One of {STANDINGS}.")
    at = serializers.DateTimeField(allow_null=True)
    version = serializers.CharField()
    why = serializers.CharField()
    url = serializers.CharField()


class LineSerializer(serializers.Serializer[Any]):
    """A service with its failure modes."""

    service = serializers.CharField(source="service.ref")
    owner = serializers.CharField(source="service.owner_ref")
    cells = CellSerializer(many=True)


class Coverage(generics.ListAPIView[Entity]):
    """Which failure modes of which service were proven."""

    queryset = services()
    serializer_class = LineSerializer
    filterset_class = CoverageFilter

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of services, each with all failure modes."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(LineSerializer(coverage_map.lines(page or []), many=True).data)


urlpatterns = [path("coverage/", Coverage.as_view(), name="api-chaos-coverage")]
