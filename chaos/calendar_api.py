"""REST of blackouts and of the teams' rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chaos.calendars import ical, write
from chaos.calendars.models import EVERYTHING, Blackout, TeamRules
from chaos.engine.definition import Invalid
from chaos.serializers import Closed

SCOPE_HELP = '"all", a team such as group:default/payments, or a service such as component:default/checkout.'


@contextmanager
def answered() -> Iterator[None]:
    """What cannot be used is answered with 400 and its field."""
    try:
        yield
    except Invalid as error:
        raise ValidationError({error.field: [error.message]}) from error


class BlackoutSerializer(Closed, serializers.ModelSerializer[Blackout]):
    """A blackout; with `days` it comes back every week."""

    scope = serializers.CharField(max_length=200, required=False, default=EVERYTHING, help_text=SCOPE_HELP)
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), required=False, max_length=7,
        help_text="0 is Monday; none: it holds once.",
    )  # fmt: skip

    class Meta:
        model = Blackout
        fields = ["id", *write.BLACKOUT_FIELDS, "uid", "created_by", "created_at"]
        read_only_fields = ["id", "uid", "created_by", "created_at"]


class RulesSerializer(Closed, serializers.ModelSerializer[TeamRules]):
    """When a team lets chaos happen, and how many percent of the hosts must stay."""

    scope = serializers.CharField(max_length=200, help_text='"all" or a team such as group:default/payments.')
    days = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), required=False, max_length=7)
    minimum_healthy = serializers.IntegerField(min_value=0, max_value=100, required=False)

    class Meta:
        model = TeamRules
        fields = ["id", "scope", *write.RULE_FIELDS, "changed_by", "changed_at"]
        read_only_fields = ["id", "changed_by", "changed_at"]


class BlackoutsImportSerializer(Closed):
    """A file of iCalendar as text."""

    ical = serializers.CharField(max_length=ical.LARGEST, trim_whitespace=False)
    scope = serializers.CharField(max_length=200, required=False, default=EVERYTHING, help_text=SCOPE_HELP)
    zone = serializers.CharField(max_length=64, required=False, default="UTC")


class BlackoutsImportedSerializer(serializers.Serializer[Any]):
    """What came in."""

    created = serializers.IntegerField()
    replaced = serializers.IntegerField()


class BlackoutFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`scope`."""

    scope = django_filters.CharFilter()

    class Meta:
        model = Blackout
        fields = ["scope"]


class Blackouts(generics.ListCreateAPIView[Blackout]):
    """Blackouts."""

    write_role = "operator"
    queryset = Blackout.objects.all()
    serializer_class = BlackoutSerializer
    filterset_class = BlackoutFilter

    def perform_create(self, serializer: Any) -> None:
        """For a team or a service its operators; for all an operator of everything."""
        with answered():
            serializer.instance = write.blackout(None, serializer.validated_data, self.request.user)


class OneBlackout(generics.RetrieveUpdateDestroyAPIView[Blackout]):
    """One blackout."""

    write_role = "operator"
    queryset = Blackout.objects.all()
    serializer_class = BlackoutSerializer
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> Blackout:
        """The row; writing needs the right for its scope."""
        found: Blackout = generics.get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        if self.request.method not in SAFE_METHODS:
            write.require(self.request.user, found.scope)
        return found

    def perform_update(self, serializer: Any) -> None:
        """Change it; a new scope needs the right for both."""
        with answered():
            serializer.instance = write.blackout(serializer.instance, serializer.validated_data, self.request.user)

    def perform_destroy(self, instance: Blackout) -> None:
        """End it."""
        write.end(instance, self.request.user)


class Import(APIView):
    """Take blackouts from iCalendar."""

    write_role = "operator"

    @extend_schema(
        operation_id="chaos_blackouts_import",
        request=BlackoutsImportSerializer,
        responses={200: BlackoutsImportedSerializer},
    )
    def post(self, request: Request) -> Response:
        """All events or none."""
        asked = BlackoutsImportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with answered():
            done = ical.take(
                asked.validated_data["ical"], asked.validated_data["scope"], asked.validated_data["zone"], request.user
            )
        return Response(BlackoutsImportedSerializer(done).data)


class Rules(generics.ListAPIView[TeamRules]):
    """The rules of teams."""

    write_role = "operator"
    queryset = TeamRules.objects.all()
    serializer_class = RulesSerializer

    @extend_schema(operation_id="chaos_rules_set", request=RulesSerializer, responses={200: RulesSerializer})
    def put(self, request: Request) -> Response:
        """Set the rules of a team (its operators), or of all teams (an admin)."""
        asked = RulesSerializer(data=request.data)
        asked.fields["scope"].validators = []
        asked.is_valid(raise_exception=True)
        fields = dict(asked.validated_data)
        with answered():
            made = write.rules(fields.pop("scope"), fields, request.user)
        return Response(RulesSerializer(made).data, status=status.HTTP_200_OK)


urlpatterns = [
    path("blackouts/", Blackouts.as_view(), name="api-chaos-blackouts"),
    path("blackouts/import/", Import.as_view(), name="api-chaos-blackouts-import"),
    path("blackouts/<int:pk>/", OneBlackout.as_view(), name="api-chaos-blackout"),
    path("rules/", Rules.as_view(), name="api-chaos-rules"),
]
