"""REST of initiatives: first the object, then the right, then the body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
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

from scorecards.engine.check import LEVELS
from scorecards.initiatives import decide, progress
from scorecards.initiatives.filter import InitiativeFilter
from scorecards.models import DigestLine, Initiative
from scorecards.models.initiatives import STATES
from scorecards.problems import Conflict


class InitiativeSerializer(serializers.ModelSerializer[Initiative]):
    """One initiative. `state` is that of today; a standard has `promoted_at`, and `withdrawn_at` once it is none any more."""

    state = serializers.SerializerMethodField()

    class Meta:
        model = Initiative
        fields = [
            "id", *decide.FIELDS, "state", "created_by", "created_at", "ended_at", "ended_by", "promoted_at",
            "withdrawn_at", "withdrawn_by",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema(responses=serializers.ChoiceField(choices=STATES))
    def get_state(self, row: Initiative) -> str:
        """What the calendar makes of it."""
        return row.state_on(timezone.now().date())


class AimSerializer(serializers.Serializer[Any]):
    """What an initiative is to reach, for whom and when. An empty team needs an administrator."""

    title = serializers.CharField(max_length=120)
    why = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    pillar = serializers.CharField(max_length=128, help_text="A pillar's id or overall")
    level = serializers.ChoiceField(choices=LEVELS)
    team = serializers.CharField(max_length=200, required=False, allow_blank=True)
    system = serializers.CharField(max_length=200, required=False, allow_blank=True)
    tier = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=9)
    lifecycle = serializers.CharField(max_length=63, required=False, allow_blank=True)
    starts_on = serializers.DateField(required=False)
    target_on = serializers.DateField()


class PointSerializer(serializers.Serializer[Any]):
    """How many had reached the aim at an instant."""

    at = serializers.DateTimeField()
    reached = serializers.IntegerField()


class OpenSerializer(serializers.Serializer[Any]):
    """One service that has not reached it. `effort` in minutes."""

    service = serializers.CharField(source="entity.ref")
    level = serializers.CharField()
    missing = serializers.IntegerField()
    effort = serializers.IntegerField()


class ProgressSerializer(serializers.Serializer[Any]):
    """How far an initiative is. `expected` is the forecast, null where it does not grow; `open` the first 200 services."""

    reached = serializers.IntegerField()
    total = serializers.IntegerField()
    expected = serializers.DateTimeField(allow_null=True)
    in_time = serializers.BooleanField()
    burn_up = PointSerializer(many=True)
    open = OpenSerializer(many=True)


class Initiatives(generics.ListAPIView[Initiative]):
    """GET and POST initiatives/."""

    write_role = decide.ROLE
    serializer_class = InitiativeSerializer
    filterset_class = InitiativeFilter
    queryset = Initiative.objects.all()

    @extend_schema(
        operation_id="scorecards_initiative_create", request=AimSerializer, responses={201: InitiativeSerializer}
    )
    def post(self, request: Request) -> Response:
        """Write a draft. An operator of the team, or an administrator for several teams."""
        shape = AimSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        made = answered(lambda: decide.write(request.user, shape.validated_data))
        return Response(InitiativeSerializer(made).data, status=201)


def answered(act: Callable[[], Initiative]) -> Initiative:
    """The initiative after an act; its errors as 400 and 409."""
    try:
        return act()
    except decide.Wrong as error:
        raise ValidationError({error.field: [error.message]}) from error
    except decide.Conflict as error:
        raise Conflict(str(error)) from error


def _led(request: Request, pk: int) -> Initiative:
    """The initiative, if this person may lead it: else 404 or 403."""
    found = get_object_or_404(Initiative, pk=pk)
    if not decide.may_lead(request.user, found.team):
        who = "an operator of its team" if found.team else "an administrator"
        raise PermissionDenied(f"Only {who} may do this. Ask an admin for the role.")
    return found


class OneInitiative(APIView):
    """initiatives/{id}/."""

    write_role = decide.ROLE

    @extend_schema(operation_id="scorecards_initiative", responses=InitiativeSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One initiative."""
        return Response(InitiativeSerializer(get_object_or_404(Initiative, pk=pk)).data)

    @extend_schema(operation_id="scorecards_initiative_change", request=AimSerializer, responses=InitiativeSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a draft; 409 once it has been launched."""
        found = _led(request, pk)
        shape = AimSerializer(data=request.data, partial=True)
        shape.is_valid(raise_exception=True)
        done = answered(lambda: decide.write(request.user, shape.validated_data, found))
        return Response(InitiativeSerializer(done).data)


class Progress(APIView):
    """GET initiatives/{id}/progress/."""

    @extend_schema(operation_id="scorecards_initiative_progress", responses=ProgressSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Burn-up, forecast, and the services that have still to get there with their cheapest way."""
        found = get_object_or_404(Initiative, pk=pk)
        burn_up, reached = progress.burn_up(found, timezone.now()), progress.reached(found).count()
        body = {
            "reached": reached, "total": burn_up.total, "expected": burn_up.expected, "in_time": burn_up.in_time,
            "burn_up": [{"at": at, "reached": int(count)} for at, count in burn_up.points],
            "open": progress.ways(found, list(progress.open_services(found)[:200])),
        }  # fmt: skip
        return Response(ProgressSerializer(body).data)


class Act(APIView):
    """POST initiatives/{id}/launch|end|promote|withdraw/: what they have in common."""

    write_role = decide.ROLE
    act: Callable[[Any, Initiative], Initiative]

    def answer(self, request: Request, pk: int) -> Response:
        """Find it, ask for the right, act."""
        found, verb = _led(request, pk), type(self).act
        return Response(InitiativeSerializer(answered(lambda: verb(request.user, found))).data)


class Launch(Act):
    """POST initiatives/{id}/launch/."""

    act = staticmethod(decide.launch)

    @extend_schema(operation_id="scorecards_initiative_launch", request=None, responses=InitiativeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Put a draft on the calendar; its aim stands from here on."""
        return self.answer(request, pk)


class End(Act):
    """POST initiatives/{id}/end/."""

    act = staticmethod(decide.end)

    @extend_schema(operation_id="scorecards_initiative_end", request=None, responses=InitiativeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """End it, reached or not."""
        return self.answer(request, pk)


class Promote(Act):
    """POST initiatives/{id}/promote/."""

    act = staticmethod(decide.promote)

    @extend_schema(operation_id="scorecards_initiative_promote", request=None, responses=InitiativeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """End it and make its aim a standard, which is watched from here on."""
        return self.answer(request, pk)


class Withdraw(Act):
    """POST initiatives/{id}/withdraw/."""

    act = staticmethod(decide.withdraw)

    @extend_schema(operation_id="scorecards_initiative_withdraw", request=None, responses=InitiativeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Its aim is no standard any more; 409 where it is none."""
        return self.answer(request, pk)


class DigestSerializer(serializers.ModelSerializer[DigestLine]):
    """One sentence that a team was told. `good` is null where it is neither good nor bad."""

    class Meta:
        model = DigestLine
        fields = ["id", "team_ref", "kind", "text", "url", "good", "created_at", "mailed_at"]
        read_only_fields = fields


class Digest(generics.ListAPIView[DigestLine]):
    """What teams were told, newest first: levels that changed and held, and reminders."""

    serializer_class = DigestSerializer
    filterset_fields = ["team_ref", "kind"]

    def get_queryset(self) -> QuerySet[DigestLine]:
        """Everybody may read everything."""
        return DigestLine.objects.all()


urlpatterns = [
    path("initiatives/", Initiatives.as_view(), name="api-scorecards-initiatives"),
    path("initiatives/<int:pk>/", OneInitiative.as_view(), name="api-scorecards-initiative"),
    path("initiatives/<int:pk>/progress/", Progress.as_view(), name="api-scorecards-initiative-progress"),
    path("initiatives/<int:pk>/launch/", Launch.as_view(), name="api-scorecards-initiative-launch"),
    path("initiatives/<int:pk>/end/", End.as_view(), name="api-scorecards-initiative-end"),
    path("initiatives/<int:pk>/promote/", Promote.as_view(), name="api-scorecards-initiative-promote"),
    path("initiatives/<int:pk>/withdraw/", Withdraw.as_view(), name="api-scorecards-initiative-withdraw"),
    path("digest/", Digest.as_view(), name="api-scorecards-digest"),
]
