"""REST of the engines: the FIS templates that discovery found. Reading only."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema_field
from rest_framework import generics, serializers

from chaos.engine_filters import FisTemplateFilter
from chaos.engine_models import FisTemplate


class FisTemplateSerializer(serializers.ModelSerializer[FisTemplate]):
    """A template with what to take care of."""

    warnings = serializers.SerializerMethodField(help_text="What a person should know before it is started.")

    class Meta:
        model = FisTemplate
        fields = [
            "id", "account", "region", "template_id", "description", "service", "released", "data", "warnings", "seen_at",
        ]  # fmt: skip

    @extend_schema_field({"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}})
    def get_warnings(self, row: FisTemplate) -> list[dict[str, Any]]:
        """Key and sentence of each."""
        return [{"key": warning.key, "sentence": warning.sentence} for warning in row.warnings]


class FisTemplates(generics.ListAPIView[FisTemplate]):
    """Templates of AWS FIS by account and region, as last seen."""

    queryset = FisTemplate.objects.all()
    serializer_class = FisTemplateSerializer
    filterset_class = FisTemplateFilter


urlpatterns = [path("fis-templates/", FisTemplates.as_view(), name="api-chaos-fis-templates")]
