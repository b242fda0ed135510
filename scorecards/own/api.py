"""REST of people's own checks: the same text, the same rules, the same dry run as the page."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.base import Cursor
from scorecards.check_files import SIZE
from scorecards.models import OwnCheck
from scorecards.models.own import FOLDER, ORIGINS, REST
from scorecards.own import write
from scorecards.own.dry_run import PAGE_LIMIT, dry_run
from scorecards.problems import Conflict


class OwnCheckSerializer(serializers.ModelSerializer[OwnCheck]):
    """One own check as it was last written. Versions that were in force stand in `checks/`."""

    id = serializers.CharField(source="check_id", read_only=True)
    origin = serializers.ChoiceField(choices=ORIGINS, read_only=True)
    definition = serializers.DictField(read_only=True)

    class Meta:
        model = OwnCheck
        fields = ["id", "origin", "file", "text", "definition", "revision", "changed_by", "changed_at"]
        read_only_fields = fields


class CheckTextSerializer(serializers.Serializer[Any]):
    """A check as YAML text or as a JSON object; one of the two."""

    text = serializers.CharField(required=False, max_length=SIZE, trim_whitespace=False)
    definition = serializers.DictField(required=False)
    revision = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="With a change: the revision that was read; 409 if another one came since",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of text and definition; the definition becomes text, so that faults have a place."""
        if ("text" in attrs) == ("definition" in attrs):
            raise serializers.ValidationError("Send either text or definition.")
        if "definition" in attrs:
            attrs["text"] = write.as_text(attrs["definition"])
        return attrs


class MoveSerializer(serializers.Serializer[Any]):
    """One service whose overall level would change."""

    service = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    state = serializers.CharField()


class DryRunSerializer(serializers.Serializer[Any]):
    """What the definition would do. `services` were judged, `of` there are; at most 50 moves are named."""

    check = serializers.CharField()
    services = serializers.IntegerField()
    of = serializers.IntegerField()
    before = serializers.DictField(child=serializers.IntegerField(), help_text="Services by state now")
    after = serializers.DictField(child=serializers.IntegerField(), help_text="Services by state with the definition")
    drops = serializers.IntegerField()
    rises = serializers.IntegerField()
    moves = MoveSerializer(many=True)
    mean_before = serializers.FloatField(allow_null=True)
    mean_after = serializers.FloatField(allow_null=True)


DRY = OpenApiParameter("dry_run", bool, description="Judge the services with it and keep nothing")


def _shape(request: Request) -> dict[str, Any]:
    shape = CheckTextSerializer(data=request.data)
    shape.is_valid(raise_exception=True)
    said: dict[str, Any] = shape.validated_data
    return said


def _answer(request: Request, name: str, status: int) -> Response:
    """Try it out or keep it; faults are 400 with their line and column."""
    said = _shape(request)
    try:
        if request.query_params.get("dry_run") in ("1", "true"):
            found = dry_run(write.read(said["text"]), PAGE_LIMIT)
            return Response(DryRunSerializer(found).data)
        row = write.save(request.user, said["text"], REST, name=name, revision=said.get("revision"))
    except write.Faulty as error:
        raise ValidationError({"text": [str(fault) for fault in error.faults]}) from error
    except write.Conflict as error:
        raise Conflict(str(error)) from error
    return Response(OwnCheckSerializer(row).data, status=status)


class ByName(generics.ListAPIView[OwnCheck]):
    """GET and POST own-checks/."""

    serializer_class = OwnCheckSerializer
    queryset = OwnCheck.objects.filter(withdrawn_at=None)
    pagination_class = Cursor
    filter_backends = []

    @extend_schema(operation_id="scorecards_own_checks_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The checks that people wrote, by page, over REST or in the directory."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="scorecards_own_check_create", parameters=[DRY], request=CheckTextSerializer,
        responses={200: DryRunSerializer, 201: OwnCheckSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Write a check, or with `dry_run=true` say what it would do. Administrators only."""
        return _answer(request, "", 201)


class OneOwnCheck(APIView):
    """own-checks/{id}/."""

    @extend_schema(operation_id="scorecards_own_check", responses=OwnCheckSerializer)
    def get(self, request: Request, name: str) -> Response:
        """One own check with its text."""
        return Response(OwnCheckSerializer(_find(name)).data)

    @extend_schema(
        operation_id="scorecards_own_check_change", parameters=[DRY], request=CheckTextSerializer,
        responses=OwnCheckSerializer,
    )  # fmt: skip
    def put(self, request: Request, name: str) -> Response:
        """Change a check: a new version from the next evaluation on; the versions before stay as they are."""
        _writable(_find(name))
        return _answer(request, name, 200)

    @extend_schema(operation_id="scorecards_own_check_withdraw", request=None, responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Take a check out of force. Its versions and results stay."""
        _writable(_find(name))
        try:
            write.withdraw(request.user, name)
        except write.Conflict as error:
            raise Conflict(str(error)) from error
        return Response(status=204)


def _find(name: str) -> OwnCheck:
    if "\x00" in name:
        raise Http404
    return get_object_or_404(OwnCheck.objects.filter(withdrawn_at=None), check_id=name)


def _writable(row: OwnCheck) -> None:
    if row.origin == FOLDER:
        raise Conflict(f"{row.check_id} stands in the directory, in {row.file or 'a file'}: change it there.")


urlpatterns = [
    path("own-checks/", ByName.as_view(), name="api-scorecards-own-checks"),
    path("own-checks/<str:name>/", OneOwnCheck.as_view(), name="api-scorecards-own-check"),
]
