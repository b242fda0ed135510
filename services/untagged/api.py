"""REST of the untagged bucket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.models import Entity, Stray
from services.untagged import adopt
from services.untagged.filter import StrayFilter


class Conflict(APIException):
    """Somebody has decided about this resource already."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class SuggestionSerializer(serializers.Serializer[Any]):
    """A service that may own the resource; `score` is 0 to 1."""

    service = serializers.CharField()
    score = serializers.FloatField()
    reasons = serializers.ListField(child=serializers.CharField())


class StraySerializer(serializers.ModelSerializer[Stray]):
    """One resource without a service, or what was decided about it."""

    suggestions = serializers.SerializerMethodField()
    tags = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Stray
        fields = [
            "id", "arn", "name", "kind", "detail", "account", "account_name", "region", "tags", "state", "service_ref",
            "reason", "decided_by", "decided_at", "found_at", "gone_at", "suggestions",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(SuggestionSerializer(many=True))
    def get_suggestions(self, row: Stray) -> list[dict[str, Any]]:
        """The likeliest first."""
        found: list[dict[str, Any]] = row.suggestions
        return found


class AdoptSerializer(serializers.Serializer[Any]):
    """Which service is to have it."""

    service = serializers.CharField(max_length=200, help_text="A component of the namespace default, such as checkout")

    def validate_service(self, text: str) -> Entity:
        """A service of the catalog that discovery can give resources to."""
        name = text.lower().removeprefix("component:").removeprefix("default/")
        found = Entity.objects.by_ref(f"component:default/{name}").first() if "/" not in name else None
        if found is None:
            raise serializers.ValidationError(
                "There is no such component in the namespace default. Use its name, such as checkout."
            )
        return found


class IgnoreSerializer(serializers.Serializer[Any]):
    """Why it needs no service."""

    reason = serializers.CharField(max_length=300, help_text="A few words for whoever comes next")


class Untagged(generics.ListAPIView[Stray]):
    """GET untagged/."""

    serializer_class = StraySerializer
    filterset_class = StrayFilter

    def get_queryset(self) -> QuerySet[Stray]:
        """All of them; `state=open` is what nobody has decided about."""
        return Stray.objects.all()


class Decide(APIView):
    """What people decide about one resource: first the object, then the right, then the body."""

    write_role = "editor"

    def decided(self, stray: Stray, decision: Callable[..., None], *about: object) -> Response:
        """The row after the decision; 409 where somebody was faster."""
        try:
            decision(self.request.user, stray, *about)
        except adopt.CannotDecide as error:
            raise Conflict(str(error)) from error
        stray.refresh_from_db()
        return Response(StraySerializer(stray).data)

    def about(self, shape: serializers.Serializer[Any]) -> object:
        """The one value of a body, checked."""
        shape.is_valid(raise_exception=True)
        (value,) = shape.validated_data.values()
        return value


class Adopt(Decide):
    """POST untagged/{id}/adopt/."""

    @extend_schema(operation_id="untagged_adopt", request=AdoptSerializer, responses=StraySerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Give the resource to a service. Editors of the team that owns the service only."""
        stray = get_object_or_404(Stray, pk=pk)
        return self.decided(stray, adopt.adopt, self.about(AdoptSerializer(data=request.data)))


class Ignore(Decide):
    """POST untagged/{id}/ignore/."""

    write_role = "operator"

    @extend_schema(operation_id="untagged_ignore", request=IgnoreSerializer, responses=StraySerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Say that the resource needs no service, and why. Operators only."""
        stray = get_object_or_404(Stray, pk=pk)
        return self.decided(stray, adopt.ignore, self.about(IgnoreSerializer(data=request.data)))


class GiveBack(Decide):
    """POST untagged/{id}/give-back/."""

    @extend_schema(operation_id="untagged_give_back", request=None, responses=StraySerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Undo the decision; the next discovery looks at its tags again."""
        return self.decided(get_object_or_404(Stray, pk=pk), adopt.give_back)


urlpatterns = [
    path("untagged/", Untagged.as_view(), name="api-untagged"),
    path("untagged/<int:pk>/adopt/", Adopt.as_view(), name="api-untagged-adopt"),
    path("untagged/<int:pk>/ignore/", Ignore.as_view(), name="api-untagged-ignore"),
    path("untagged/<int:pk>/give-back/", GiveBack.as_view(), name="api-untagged-give-back"),
]
