"""REST of import and export. Permission is asked before the file is read."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chaos import imports, queries
from chaos.engine.definition import Invalid
from chaos.formats.report import Imported
from chaos.formats.source import LARGEST
from chaos.serializers import Closed
from portal.access import policy
from services.models import Entity


class ExperimentImportRequestSerializer(Closed):
    """A file and what completes it. Without `dry_run: false` nothing is saved."""

    text = serializers.CharField(max_length=LARGEST, trim_whitespace=False, help_text="The file, JSON or YAML.")
    dry_run = serializers.BooleanField(default=True, help_text="Only report what would come of it.")
    service = serializers.CharField(max_length=200, required=False, help_text="Entity ref of the service.")
    leave_out = serializers.BooleanField(default=False, help_text="Agree to leave out what is not allowed here.")
    complete = serializers.DictField(
        child=serializers.CharField(max_length=300), required=False, help_text="A text for each path of to_complete."
    )
    replace = serializers.DictField(
        child=serializers.JSONField(),
        required=False,
        help_text="Whole fields instead of the file's, such as hypothesis.",
    )


class ImportFindingSerializer(serializers.Serializer[Any]):
    """One line of the report."""

    line = serializers.IntegerField()
    path = serializers.CharField()
    level = serializers.ChoiceField(choices=["broken", "refused", "warning"])
    sentence = serializers.CharField()
    nearest = serializers.CharField(allow_blank=True)


class ImportCountsSerializer(serializers.Serializer[Any]):
    """Figures of the report."""

    activities = serializers.IntegerField()
    mapped = serializers.IntegerField()
    refused = serializers.IntegerField()
    warnings = serializers.IntegerField()


class ImportReportSerializer(serializers.Serializer[Any]):
    """What came of a file."""

    format = serializers.CharField(allow_blank=True)
    counts = ImportCountsSerializer()
    findings = ImportFindingSerializer(many=True)
    draft = serializers.JSONField()
    to_complete = serializers.ListField(child=serializers.CharField())
    service = serializers.CharField(allow_blank=True)
    usable = serializers.BooleanField()
    experiment = serializers.CharField(allow_null=True, help_text="Slug of what was saved; null after a dry run.")


def shown(imported: Imported, experiment: str | None = None) -> dict[str, Any]:
    """The report as REST gives it."""
    data = {
        "format": imported.format,
        "counts": imported.counts(),
        "findings": imported.findings,
        "draft": imported.draft,
        "to_complete": imported.to_complete,
        "service": imported.service,
        "usable": imported.usable,
        "experiment": experiment,
    }
    return dict(ImportReportSerializer(data).data)


class Import(APIView):
    """Import of a Chaos Toolkit experiment or an AWS FIS template."""

    write_role = "editor"

    @extend_schema(
        operation_id="chaos_import",
        request=ExperimentImportRequestSerializer,
        responses={200: ImportReportSerializer, 201: ImportReportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Report on a file; with `dry_run: false` save it for a service whose team you may edit for."""
        asked = ExperimentImportRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data: dict[str, Any] = asked.validated_data
        raw = data["text"].encode(errors="surrogatepass")
        if data["dry_run"]:
            return Response(shown(imports.read(raw)))
        service = Entity.objects.by_ref(data.get("service", "")).filter(kind="component").first()
        if service is None:
            raise ValidationError(
                {"service": ["No such service. Use an entity ref such as component:default/checkout."]}
            )
        policy.require(request.user, "editor", service.owner_ref)
        try:
            made = imports.create(
                raw, service, request.user, complete=data.get("complete"), replace=data.get("replace"),
                leave_out=data["leave_out"],
            )  # fmt: skip
        except Invalid as error:
            raise ValidationError({error.field: [error.message]}) from error
        return Response(shown(imports.read(raw), made.slug), status=status.HTTP_201_CREATED)


class Export(APIView):
    """Export of an experiment."""

    @extend_schema(operation_id="chaos_experiment_export", responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, slug: str) -> Response:
        """The experiment in Chaos Toolkit's open format, with the extension `colonnade`."""
        return Response(imports.exported(get_object_or_404(queries.experiments(), slug=slug)))


urlpatterns = [
    path("import/", Import.as_view(), name="api-chaos-import"),
    path("experiments/<slug:slug>/export/", Export.as_view(), name="api-chaos-export"),
]
