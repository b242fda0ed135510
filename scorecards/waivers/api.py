"""REST of the waivers: first the object, then the right, then the body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scorecards.days import end_of
from scorecards.entities import named_service
from scorecards.models import Waiver
from scorecards.models.waivers import STATES
from scorecards.problems import Conflict
from scorecards.waivers import decide
from scorecards.waivers.filter import WaiverFilter, everything


class WaiverSerializer(serializers.ModelSerializer[Waiver]):
    """One waiver. In force from `began_at` up to `ended_at`; `state` is that of now."""

    service = serializers.CharField(source="entity.ref", read_only=True)
    check = serializers.CharField(source="check_key", read_only=True)
    state = serializers.SerializerMethodField()
    until = serializers.DateTimeField(source="expires_at", read_only=True)

    class Meta:
        model = Waiver
        fields = [
            "id", "service", "check", "state", "reason", "requested_by", "requested_at", "until", "decided_by",
            "decided_at", "note", "revoked_by", "began_at", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema(responses=serializers.ChoiceField(choices=STATES))
    def get_state(self, row: Waiver) -> str:
        """What the clock makes of it."""
        return row.state_at(timezone.now())


class WaiverRequestSerializer(serializers.Serializer[Any]):
    """What is asked for."""

    service = serializers.CharField(max_length=200, help_text="A service's ref, such as component:default/checkout")
    check = serializers.CharField(max_length=100, help_text="A check's id, such as services.lambda-tracing")
    reason = serializers.CharField(max_length=decide.REASON)
    until = serializers.DateField(help_text="The last day on which it counts (UTC); at most 180 days from now")


class WaiverNoteSerializer(serializers.Serializer[Any]):
    """What the decision says."""

    note = serializers.CharField(max_length=decide.REASON, required=False, allow_blank=True, default="")


class Waivers(generics.ListAPIView[Waiver]):
    """GET and POST waivers/."""

    write_role = decide.REQUESTER
    serializer_class = WaiverSerializer
    filterset_class = WaiverFilter

    def get_queryset(self) -> QuerySet[Waiver]:
        """Those of live services, newest first."""
        return everything()

    @extend_schema(
        operation_id="scorecards_waiver_request", request=WaiverRequestSerializer, responses={201: WaiverSerializer}
    )
    def post(self, request: Request) -> Response:
        """Ask for a waiver. Editors of the owning team only; somebody else has to approve it."""
        entity = named_service(request.data)
        self.check_object_permissions(request, entity)
        shape = WaiverRequestSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        made = answered(
            lambda: decide.request(request.user, entity, said["check"], said["reason"], end_of(said["until"]))
        )
        return Response(WaiverSerializer(made).data, status=201)


def answered(act: Callable[[], Waiver]) -> Waiver:
    """The waiver after an act; its errors as 400 and 409."""
    try:
        return act()
    except decide.Wrong as error:
        raise ValidationError({error.field: [error.message]}) from error
    except decide.Conflict as error:
        raise Conflict(str(error)) from error


class OneWaiver(generics.RetrieveAPIView[Waiver]):
    """One waiver with its decision."""

    serializer_class = WaiverSerializer

    def get_queryset(self) -> QuerySet[Waiver]:
        """Those of live services."""
        return everything()


class Act(APIView):
    """POST waivers/{id}/approve|deny|revoke/: what the three have in common."""

    write_role = decide.APPROVER
    act: Callable[[Any, Waiver, str], Waiver]

    def answer(self, request: Request, pk: int) -> Response:
        """Find it, ask for the right, read the note, act."""
        waiver = get_object_or_404(everything(), pk=pk)
        self.check_object_permissions(request, waiver)
        shape = WaiverNoteSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        verb = type(self).act
        done = answered(lambda: verb(request.user, waiver, shape.validated_data["note"]))
        return Response(WaiverSerializer(done).data)


class Approve(Act):
    """POST waivers/{id}/approve/."""

    act = staticmethod(decide.approve)

    @extend_schema(operation_id="scorecards_waiver_approve", request=WaiverNoteSerializer, responses=WaiverSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Put a waiver in force. Operators of the owning team and administrators, but never who asked for it (409)."""
        return self.answer(request, pk)


class Deny(Act):
    """POST waivers/{id}/deny/."""

    act = staticmethod(decide.deny)

    @extend_schema(operation_id="scorecards_waiver_deny", request=WaiverNoteSerializer, responses=WaiverSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Refuse a request. Operators of the owning team and administrators, but never who asked for it (409)."""
        return self.answer(request, pk)


class Revoke(Act):
    """POST waivers/{id}/revoke/."""

    write_role = decide.REQUESTER
    act = staticmethod(decide.revoke)

    @extend_schema(operation_id="scorecards_waiver_revoke", request=WaiverNoteSerializer, responses=WaiverSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """End a waiver now. Who asked for it, operators of the owning team, and administrators."""
        return self.answer(request, pk)


urlpatterns = [
    path("waivers/", Waivers.as_view(), name="api-scorecards-waivers"),
    path("waivers/<int:pk>/", OneWaiver.as_view(), name="api-scorecards-waiver"),
    path("waivers/<int:pk>/approve/", Approve.as_view(), name="api-scorecards-waiver-approve"),
    path("waivers/<int:pk>/deny/", Deny.as_view(), name="api-scorecards-waiver-deny"),
    path("waivers/<int:pk>/revoke/", Revoke.as_view(), name="api-scorecards-waiver-revoke"),
]
