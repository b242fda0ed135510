"""Backstage's catalog API, reading: so that its own client finds our entities."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services import backstage
from services.models import Entity

FILTER = OpenApiParameter("filter", str, many=True, description="a=b,c: all must hold; repeated: one must hold")
FIELDS = OpenApiParameter("fields", str, description="dotted paths, separated by commas")


class CatalogView(APIView):
    """Errors in Backstage's envelope."""

    def handle_exception(self, error: Exception) -> Response:
        """The portal's error with Backstage's names."""
        return backstage.error_response(super().handle_exception(error), self.request)


class Entities(CatalogView):
    """GET /entities."""

    @extend_schema(
        operation_id="catalog_entities",
        parameters=[FILTER, FIELDS, OpenApiParameter("limit", int), OpenApiParameter("offset", int)],
        responses=OpenApiTypes.ANY,
    )
    def get(self, request: Request) -> Response:
        """All entities that match, as a bare array, ordered by ref."""
        limit, offset = backstage.window(request.query_params)
        rows = Entity.objects.live().exclude(document=None).select_related("document")
        documents = backstage.matching(rows, request.query_params.getlist("filter"))
        shown = documents[offset:][:limit]
        answer = Response([backstage.project(document, request.query_params.get("fields", "")) for document in shown])
        if limit is not None and offset + limit < len(documents):
            answer["Link"] = f'</entities?limit={limit}&offset={offset + limit}>; rel="next"'
        return answer


class ByName(CatalogView):
    """GET /entities/by-name/{kind}/{namespace}/{name}."""

    @extend_schema(operation_id="catalog_entity_by_name", responses=OpenApiTypes.ANY)
    def get(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """One entity; the parts may have any letter case."""
        return _one(Entity.objects.by_ref(f"{kind}:{namespace}/{name}"))


class ByUid(CatalogView):
    """GET /entities/by-uid/{uid}."""

    @extend_schema(operation_id="catalog_entity_by_uid", responses=OpenApiTypes.ANY)
    def get(self, request: Request, uid: str) -> Response:
        """One entity by its uid."""
        try:
            return _one(Entity.objects.live().filter(uid=UUID(uid)))
        except ValueError:
            return _one(Entity.objects.none())


def _one(rows: Any) -> Response:
    entity = rows.exclude(document=None).first()
    if entity is None:
        raise backstage.NotFound("There is no such entity.")
    return Response(backstage.document(entity))


urlpatterns = [
    path("entities", Entities.as_view(), name="catalog-entities"),
    path("entities/by-name/<str:kind>/<str:namespace>/<str:name>", ByName.as_view(), name="catalog-by-name"),
    path("entities/by-uid/<str:uid>", ByUid.as_view(), name="catalog-by-uid"),
]
