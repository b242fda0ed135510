"""REST of game days."""

from __future__ import annotations

from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chaos.calendar_api import answered
from chaos.gamedays import write
from chaos.gamedays.models import NOTE_KINDS, ROLES, STATES, GameDay, GameDayNote, GameDayPerson, GameDayStep
from chaos.serializers import Closed, ExperimentRunSerializer
from portal.access import policy


class PersonSerializer(Closed, serializers.ModelSerializer[GameDayPerson]):
    """Somebody who takes part."""

    role = serializers.CharField(max_length=10, help_text=f"One of {', '.join(ROLES)}.")

    class Meta:
        model = GameDayPerson
        fields = ["name", "role"]


class NoteSerializer(Closed, serializers.ModelSerializer[GameDayNote]):
    """One line: a note, a finding or an action to take."""

    kind = serializers.CharField(max_length=8, default="note", help_text=f"One of {', '.join(NOTE_KINDS)}.")

    class Meta:
        model = GameDayNote
        fields = ["at", "author", "kind", "text"]
        read_only_fields = ["at", "author"]


class GameDayStepSerializer(serializers.ModelSerializer[GameDayStep]):
    """One of its experiments with its run."""

    experiment = serializers.CharField(source="experiment.slug", read_only=True)
    run = ExperimentRunSerializer(read_only=True)

    class Meta:
        model = GameDayStep
        fields = ["order", "experiment", "run"]
        read_only_fields = fields


class GameDaySerializer(Closed, serializers.ModelSerializer[GameDay]):
    """A game day. `experiments` are slugs in their order."""

    state = serializers.CharField(read_only=True, help_text=f"One of {', '.join(STATES)}.")
    owner_ref = serializers.CharField(max_length=200, help_text="The team, such as group:default/payments.")
    people = PersonSerializer(many=True, required=False)
    experiments = serializers.ListField(
        child=serializers.SlugField(max_length=80), required=False, write_only=True, max_length=write.MOST_STEPS
    )
    steps = GameDayStepSerializer(many=True, read_only=True)
    notes = NoteSerializer(many=True, read_only=True)

    class Meta:
        model = GameDay
        fields = [
            "id", "title", "purpose", "owner_ref", "starts_at", "zone", "state", "people", "experiments", "steps", "notes",
            "started_at", "ended_at", "created_by", "created_at",
        ]  # fmt: skip
        read_only_fields = ["id", "started_at", "ended_at", "created_by", "created_at"]

    def values(self) -> dict[str, Any]:
        """What `gamedays.write` takes."""
        data = dict(self.validated_data)
        if "people" in data:
            data["people"] = [(one["name"], one["role"]) for one in data["people"]]
        return data


class GameDayFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`state`, `owner_ref`."""

    state = django_filters.ChoiceFilter(choices=[(state, state) for state in STATES])
    owner_ref = django_filters.CharFilter()

    class Meta:
        model = GameDay
        fields = ["state", "owner_ref"]


QUERY = GameDay.objects.prefetch_related(
    "people", "notes", "steps__experiment", "steps__run__experiment", "steps__run__service"
)


class GameDays(generics.ListCreateAPIView[GameDay]):
    """Game days, newest first."""

    write_role = "operator"
    queryset = QUERY
    serializer_class = GameDaySerializer
    filterset_class = GameDayFilter

    def perform_create(self, serializer: Any) -> None:
        """Operators of the team plan it."""
        with answered():
            serializer.instance = write.save(None, serializer.values(), self.request.user)


class OneGameDay(generics.RetrieveUpdateAPIView[GameDay]):
    """One game day with its notes and runs."""

    write_role = "operator"
    queryset = QUERY
    serializer_class = GameDaySerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> GameDay:
        """The row; writing needs an operator of its team."""
        found: GameDay = generics.get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        if self.request.method not in SAFE_METHODS:
            policy.require(self.request.user, "operator", found.owner_ref)
        return found

    def perform_update(self, serializer: Any) -> None:
        """Change it, as long as it has not ended. It stays with its team."""
        with answered():
            made = write.save(serializer.instance, serializer.values(), self.request.user)
        serializer.instance = self.get_queryset().get(pk=made.pk)


class Notes(APIView):
    """Write into a game day."""

    write_role = "operator"

    @extend_schema(operation_id="chaos_game_day_note", request=NoteSerializer, responses={201: NoteSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Add one line; it is never changed."""
        found = get_object_or_404(GameDay, pk=pk)
        policy.require(request.user, "operator", found.owner_ref)
        asked = NoteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with answered():
            made = write.note(found, asked.validated_data["text"], asked.validated_data["kind"], request.user)
        return Response(NoteSerializer(made).data, status=status.HTTP_201_CREATED)


class Next(APIView):
    """Go on with a game day."""

    write_role = "operator"

    @extend_schema(operation_id="chaos_game_day_next", request=None, responses={202: ExperimentRunSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Start the next experiment; guards are asked by the worker that takes it."""
        found = get_object_or_404(GameDay, pk=pk)
        policy.require(request.user, "operator", found.owner_ref)
        with answered():
            made = write.start_next(found, request.user)
        return Response(ExperimentRunSerializer(made).data, status=status.HTTP_202_ACCEPTED)


class End(APIView):
    """End a game day."""

    write_role = "operator"

    @extend_schema(operation_id="chaos_game_day_end", request=None, responses={200: GameDaySerializer})
    def post(self, request: Request, pk: int) -> Response:
        """End it; findings and actions may still be added."""
        found = get_object_or_404(QUERY, pk=pk)
        policy.require(request.user, "operator", found.owner_ref)
        with answered():
            write.end(found, request.user)
        return Response(GameDaySerializer(QUERY.get(pk=pk)).data)


urlpatterns = [
    path("game-days/", GameDays.as_view(), name="api-chaos-game-days"),
    path("game-days/<int:pk>/", OneGameDay.as_view(), name="api-chaos-game-day"),
    path("game-days/<int:pk>/notes/", Notes.as_view(), name="api-chaos-game-day-notes"),
    path("game-days/<int:pk>/next/", Next.as_view(), name="api-chaos-game-day-next"),
    path("game-days/<int:pk>/end/", End.as_view(), name="api-chaos-game-day-end"),
]
