"""REST of intake: what was accepted and refused, and the looks into AWS."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.intake import refused
from deployments.intake import serializers as shapes
from deployments.intake.filters import IntakeFilter, RefusedFilter
from deployments.models import IntakeEvent, PullState, RefusedEvent
from portal.api.base import Cursor


class Undecidable(APIException):
    """409: the event cannot be replayed or dismissed."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Accepted(generics.ListAPIView[IntakeEvent]):
    """GET events/: accepted events, newest first."""

    queryset = IntakeEvent.objects.select_related("service")
    serializer_class = shapes.IntakeEventSerializer
    filterset_class = IntakeFilter


class RefusedList(generics.ListAPIView[RefusedEvent]):
    """GET refused/: refused events, newest first; `state=all` for decided ones as well."""

    read_role = "operator"
    queryset = RefusedEvent.objects.all()
    serializer_class = shapes.RefusedEventSerializer
    filterset_class = RefusedFilter


class OneRefused(generics.RetrieveAPIView[RefusedEvent]):
    """GET refused/{id}/: with what was sent."""

    read_role = "operator"
    queryset = RefusedEvent.objects.all()
    serializer_class = shapes.OneRefusedEventSerializer


class Replay(APIView):
    """POST refused/{id}/replay/."""

    write_role = "operator"

    @extend_schema(operation_id="refused_replay", request=None, responses=shapes.OneRefusedEventSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take the event after all; operators of the team that owns the service."""
        row = get_object_or_404(RefusedEvent, pk=pk)
        try:
            refused.replay(row, request.user)
        except refused.CannotDecide as error:
            raise Undecidable(str(error)) from error
        row.refresh_from_db()
        return Response(shapes.OneRefusedEventSerializer(row).data)


class ReplaySeveral(APIView):
    """POST refused/replay/."""

    write_role = "operator"

    @extend_schema(
        operation_id="refused_replay_several",
        request=shapes.SeveralEventsSerializer,
        responses=shapes.ReplayedEventSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        """Replay up to 200 events, each by itself: one that is still refused does not hold the others."""
        shape = shapes.SeveralEventsSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        done = refused.replay_several(shape.validated_data["ids"], request.user)
        return Response([{"id": pk, "state": state, "note": note} for pk, state, note in done])


class Dismiss(APIView):
    """POST refused/{id}/dismiss/."""

    write_role = "operator"

    @extend_schema(operation_id="refused_dismiss", request=None, responses=shapes.OneRefusedEventSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Say that nothing is to be done."""
        row = get_object_or_404(RefusedEvent, pk=pk)
        try:
            refused.dismiss(row, request.user)
        except refused.CannotDecide as error:
            raise Undecidable(str(error)) from error
        row.refresh_from_db()
        return Response(shapes.OneRefusedEventSerializer(row).data)


class ByPlace(Cursor):
    """Pages by id, oldest first."""

    ordering = "id"


class Pulls(generics.ListAPIView[PullState]):
    """GET sources/: how old the last look at each source of each account and region is, and what went wrong."""

    queryset = PullState.objects.all()
    serializer_class = shapes.PullStateSerializer
    pagination_class = ByPlace


urlpatterns: list[Any] = [
    path("events/", Accepted.as_view(), name="api-intake-events"),
    path("refused/", RefusedList.as_view(), name="api-refused"),
    path("refused/replay/", ReplaySeveral.as_view(), name="api-refused-replay-several"),
    path("refused/<int:pk>/", OneRefused.as_view(), name="api-refused-one"),
    path("refused/<int:pk>/replay/", Replay.as_view(), name="api-refused-replay"),
    path("refused/<int:pk>/dismiss/", Dismiss.as_view(), name="api-refused-dismiss"),
    path("sources/", Pulls.as_view(), name="api-sources"),
    path("", include("deployments.intake.senders.api")),
]
