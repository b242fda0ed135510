"""REST of lenses."""

from __future__ import annotations

import json
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import include, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.base import Cursor
from scorecards.lenses import library, review_api
from scorecards.lenses.serializers import ImportSerializer, LensSerializer, LensVersionSerializer
from scorecards.models import Lens, LensVersion


class ByKey(Cursor):
    """Pages in the order of the keys."""

    ordering = "key"


class Lenses(generics.ListAPIView[Lens]):
    """GET and POST lenses/."""

    queryset = Lens.objects.prefetch_related("versions__lens")
    serializer_class = LensSerializer
    pagination_class = ByKey
    filterset_class = None
    filter_backends = []

    @extend_schema(operation_id="scorecards_lenses")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every lens with its versions."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="scorecards_lens_import",
        request=ImportSerializer,
        responses={200: LensVersionSerializer, 201: LensVersionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Import a lens as a draft; 200 where this document is a version already. Admins only."""
        asked = ImportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        # As it was sent: a serializer field would not keep what it does not know.
        body: Any = request.data
        document = body["document"]
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        try:
            done = library.import_lens(text, request.user, asked.validated_data.get("key", ""))
        except library.LensRefused as error:
            raise ValidationError({"document": [str(problem) for problem in error.problems]}) from error
        code = status.HTTP_201_CREATED if done.new else status.HTTP_200_OK
        return Response(LensVersionSerializer(done.version).data, status=code)


class OneLens(generics.RetrieveAPIView[Lens]):
    """A lens by its key."""

    queryset = Lens.objects.prefetch_related("versions__lens")
    serializer_class = LensSerializer
    lookup_field = "key"


def _version(key: str, number: int) -> LensVersion:
    return get_object_or_404(LensVersion.objects.select_related("lens"), lens__key=key, number=number)


class Export(APIView):
    """GET lenses/{key}/{number}/export/."""

    @extend_schema(operation_id="scorecards_lens_export", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, key: str, number: int) -> Response:
        """A version in AWS's custom-lens format, exactly as it was imported."""
        return Response(json.loads(_version(key, number).document))


class Publish(APIView):
    """POST lenses/{key}/{number}/publish/."""

    @extend_schema(operation_id="scorecards_lens_publish", request=None, responses=LensVersionSerializer)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Publish a draft; one that is published already is answered as it is. Admins only."""
        found = _version(key, number)
        library.publish(found, request.user)
        found.refresh_from_db()
        return Response(LensVersionSerializer(found).data)


urlpatterns: list[Any] = [
    path("lenses/", Lenses.as_view(), name="api-scorecards-lenses"),
    path("lenses/<slug:key>/", OneLens.as_view(), name="api-scorecards-lens"),
    path("lenses/<slug:key>/<int:number>/export/", Export.as_view(), name="api-scorecards-lens-export"),
    path("lenses/<slug:key>/<int:number>/publish/", Publish.as_view(), name="api-scorecards-lens-publish"),
    path("reviews/", include(review_api.urlpatterns)),
]
