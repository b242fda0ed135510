"""REST of the DORA metrics."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.dora import asked, behind, mark, report
from deployments.dora import serializers as shapes
from deployments.models import Deployment

PARAMETERS = [
    OpenApiParameter(name, str, description=str(field.label)) for name, field in asked.AskForm.base_fields.items()
]
MOST_DEPLOYMENTS = 500


class NotMarked(APIException):
    """It is not marked as failed."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


def _question(request: Request) -> asked.Asked:
    wrong = asked.errors(request.query_params)
    if wrong:
        raise ValidationError(wrong)
    return asked.read(request.query_params)


class Dora(APIView):
    """The five metrics."""

    @extend_schema(operation_id="dora", parameters=PARAMETERS, responses=shapes.DoraSerializer)
    def get(self, request: Request) -> Response:
        """Of production deployments: of all, or of a service, team, system or domain."""
        return Response(shapes.DoraSerializer(report.build(_question(request))).data)


class Behind(APIView):
    """The deployments behind the figures."""

    @extend_schema(
        operation_id="dora_deployments", parameters=PARAMETERS, responses=shapes.CountedSerializer(many=True)
    )
    def get(self, request: Request, name: str) -> Response:
        """Of one class (failed, contained, rework, succeeded or all), newest first, at most 500."""
        if name not in behind.CLASSES:
            raise ValidationError({"name": f"Choose one of {', '.join(behind.CLASSES)}."})
        rows = behind.explained(behind.deployments(_question(request), name))[:MOST_DEPLOYMENTS]
        return Response(shapes.CountedSerializer(behind.counted(rows), many=True).data)


class Mark(APIView):
    """Mark a deployment as failed."""

    write_role = "editor"

    @extend_schema(operation_id="dora_mark", request=shapes.MarkSerializer, responses=shapes.CountedSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """It needed an intervention, for this reason; editors of the owning team."""
        row, reason = self.checked(request, pk)
        mark.mark(row, reason, request.user)
        return self.answer(pk)

    def checked(self, request: Request, pk: int) -> tuple[Deployment, str]:
        """The deployment, once the person may change it, and the reason."""
        row = get_object_or_404(Deployment.objects.select_related("service"), pk=pk)
        self.check_object_permissions(request, row)
        shape = shapes.MarkSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        return row, str(shape.validated_data["reason"])

    def answer(self, pk: int) -> Response:
        """How the deployment counts now; `classes` is empty where it is none of production, or has not ended."""
        rows: Any = behind.explained(behind.everything()).filter(pk=pk)
        return Response(shapes.CountedSerializer(behind.counted(rows)[0]).data)


class Unmark(Mark):
    """Take the mark back."""

    @extend_schema(operation_id="dora_unmark", request=shapes.MarkSerializer, responses=shapes.CountedSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """It did not need one, after all; what else made it fail still counts."""
        row, reason = self.checked(request, pk)
        try:
            mark.unmark(row, reason, request.user)
        except mark.NotMarked as error:
            raise NotMarked(str(error)) from error
        return self.answer(pk)


urlpatterns = [
    path("", Dora.as_view(), name="api-dora"),
    path("deployments/<int:pk>/mark/", Mark.as_view(), name="api-dora-mark"),
    path("deployments/<int:pk>/unmark/", Unmark.as_view(), name="api-dora-unmark"),
    path("deployments/<slug:name>/", Behind.as_view(), name="api-dora-deployments"),
]
