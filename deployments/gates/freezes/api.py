"""REST of freeze calendars, freezes and deployment windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.gates.asked import asked
from deployments.gates.freezes import ical, standing, write
from deployments.gates.freezes import serializers as shapes
from deployments.gates.rest import answered
from deployments.models import DeploymentWindow, Freeze, FreezeCalendar


class ICalendarParser(BaseParser):
    """A file of iCalendar as it is."""

    media_type = "text/calendar"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The bytes, one more than is taken at most."""
        return {"file": bytes(stream.read(ical.LARGEST + 1))}


class One(generics.RetrieveUpdateDestroyAPIView[Any]):
    """One row that belongs to a scope: everybody reads it, whoever may write for its scope changes and deletes it."""

    write_role = "operator"
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> Any:
        """The row; writing needs the right for its scope, which for a wider one than a team's is an admin's."""
        found = super().get_object()
        if self.request.method not in SAFE_METHODS:
            write.require(self.request.user, found.owner_ref)
        return found

    def perform_destroy(self, instance: Any) -> None:
        """Delete it, with its audit line."""
        write.delete(instance, self.request.user)


class Calendars(generics.ListCreateAPIView[FreezeCalendar]):
    """Freeze calendars."""

    write_role = "operator"
    queryset = FreezeCalendar.objects.all()
    serializer_class = shapes.CalendarSerializer

    def perform_create(self, serializer: Any) -> None:
        """Operators of the team that owns the scope; an admin for wider ones."""
        with answered():
            serializer.instance = write.calendar(None, serializer.validated_data, self.request.user)


class OneCalendar(One):
    """One calendar, by its slug."""

    queryset = FreezeCalendar.objects.all()
    serializer_class = shapes.CalendarSerializer
    lookup_field = "slug"

    def perform_update(self, serializer: Any) -> None:
        """Change it; a new scope needs the right for both."""
        with answered():
            serializer.instance = write.calendar(serializer.instance, serializer.validated_data, self.request.user)


class Import(APIView):
    """Take a file of iCalendar into a calendar."""

    write_role = "operator"
    parser_classes = [ICalendarParser]

    @extend_schema(
        operation_id="freeze_calendar_import",
        request={("text/calendar"): OpenApiTypes.STR},
        responses={200: shapes.ImportedSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """All events or none: with a problem in one of them nothing is stored, and each problem is named."""
        calendar = get_object_or_404(FreezeCalendar, slug=slug)
        write.require(request.user, calendar.owner_ref)
        data: Any = request.data
        with answered():
            done = ical.take(calendar, data.get("file", b""), request.user)
        if done.problems:
            raise ValidationError({"file": list(done.problems)})
        return Response(shapes.ImportedSerializer({"created": done.created, "replaced": done.replaced}).data)


class Export(APIView):
    """A calendar as a file of iCalendar."""

    @extend_schema(operation_id="freeze_calendar_export", responses={(200, "text/calendar"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str) -> HttpResponse:
        """The calendar with all its freezes."""
        calendar = get_object_or_404(FreezeCalendar.objects.prefetch_related("freezes"), slug=slug)
        answer = HttpResponse(ical.export([calendar]), content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
        return answer


class Freezes(generics.ListCreateAPIView[Freeze]):
    """Freezes of all calendars; `?calendar=` by slug."""

    write_role = "operator"
    serializer_class = shapes.FreezeSerializer

    def get_queryset(self) -> QuerySet[Freeze]:
        """All, or of one calendar."""
        slug = asked(self.request.query_params, "calendar")
        return standing.freezes().filter(calendar__slug=slug) if slug else standing.freezes()

    def perform_create(self, serializer: Any) -> None:
        """Operators of the team that owns the calendar's scope."""
        fields = dict(serializer.validated_data)
        with answered():
            serializer.instance = write.freeze(None, fields.pop("calendar"), fields, self.request.user)


class OneFreeze(One):
    """One freeze."""

    queryset = Freeze.objects.select_related("calendar")
    serializer_class = shapes.FreezeSerializer

    def perform_update(self, serializer: Any) -> None:
        """Change it; it stays in its calendar."""
        fields, found = dict(serializer.validated_data), serializer.instance
        if fields.pop("calendar", found.calendar) != found.calendar:
            raise ValidationError({"calendar": ["A freeze stays in its calendar: create another one there."]})
        with answered():
            serializer.instance = write.freeze(found, found.calendar, fields, self.request.user)


class Windows(generics.ListCreateAPIView[DeploymentWindow]):
    """Deployment windows."""

    write_role = "operator"
    queryset = DeploymentWindow.objects.all()
    serializer_class = shapes.WindowSerializer

    def perform_create(self, serializer: Any) -> None:
        """Operators of the team that owns the scope; an admin for wider ones."""
        with answered():
            serializer.instance = write.window(None, serializer.validated_data, self.request.user)


class OneWindow(One):
    """One window."""

    queryset = DeploymentWindow.objects.all()
    serializer_class = shapes.WindowSerializer

    def perform_update(self, serializer: Any) -> None:
        """Change it; a new scope needs the right for both."""
        with answered():
            serializer.instance = write.window(serializer.instance, serializer.validated_data, self.request.user)


urlpatterns = [
    path("freezes/", Freezes.as_view(), name="api-freezes"),
    path("freezes/<int:pk>/", OneFreeze.as_view(), name="api-freeze"),
    path("freeze-calendars/", Calendars.as_view(), name="api-freeze-calendars"),
    path("freeze-calendars/<slug:slug>/", OneCalendar.as_view(), name="api-freeze-calendar"),
    path("freeze-calendars/<slug:slug>/import/", Import.as_view(), name="api-freeze-import"),
    path("freeze-calendars/<slug:slug>/export/", Export.as_view(), name="api-freeze-export"),
    path("windows/", Windows.as_view(), name="api-windows"),
    path("windows/<int:pk>/", OneWindow.as_view(), name="api-window"),
]
