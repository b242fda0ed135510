"""REST of the catalog."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.access import audit
from portal.api.base import Cursor
from services import discover, facts
from services.advice_api import DatabaseAdvice
from services.filters import EntityFilter
from services.models import Entity, Import
from services.serializers import (
    EntityDetailSerializer,
    EntitySerializer,
    FactSerializer,
    ImportSerializer,
    PushedFactSerializer,
    PushedSerializer,
    StartedSerializer,
)  # fmt: skip

# A cursor compares values, so what may be null is given one: an entity without a tier sorts after tier 9.
SORT_FIELDS = {
    "name": "name", "owner": "owner_ref", "system": "system_ref", "lifecycle": "lifecycle", "tier": "tier_order",
    "updated": "updated_at",
}  # fmt: skip
UNTIERED = 99


class EntityCursor(Cursor):
    """Cursor pages in the order of `sort`; newest first without it."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """`sort` as model fields, the id last so that pages never overlap."""
        sort = request.query_params.get("sort", "")
        field = SORT_FIELDS.get(sort.lstrip("-"))
        return (f"{'-' if sort.startswith('-') else ''}{field}", "-id") if field else ("-id",)


class Entities(generics.ListAPIView[Entity]):
    """Entities that the filters of the catalog page choose, by ref."""

    serializer_class = EntitySerializer
    filterset_class = EntityFilter
    pagination_class = EntityCursor
    queryset = Entity.objects.live().annotate(tier_order=Coalesce("tier", Value(UNTIERED)))


def find(kind: str, namespace: str, name: str) -> Entity:
    """The live entity, or Http404."""
    return get_object_or_404(Entity.objects.by_ref(f"{kind}:{namespace}/{name}"))


class OneEntity(APIView):
    """GET entities/{kind}/{namespace}/{name}/."""

    @extend_schema(
        parameters=[OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="An ETag from before")],
        responses={200: EntityDetailSerializer, 304: OpenApiResponse(description="It has not changed")},
    )
    def get(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """One entity with its relations. Answers 304 where `If-None-Match` names what is on record."""
        body = EntityDetailSerializer(find(kind, namespace, name)).data
        etag = f'"{hashlib.sha256(orjson.dumps(body, default=str)).hexdigest()[:32]}"'
        seen = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
        answer = Response(status=304) if seen & {etag, "*"} else Response(body)
        answer["ETag"] = etag
        return answer


class EntityFacts(APIView):
    """GET entities/{kind}/{namespace}/{name}/facts/."""

    @extend_schema(responses=FactSerializer(many=True))
    def get(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """The entity's open facts by key, fresh or expired."""
        views = sorted(facts.current(find(kind, namespace, name)).items())
        return Response([FactSerializer(view).data for _, view in views])


class PushFact(APIView):
    """POST facts/."""

    write_role = "editor"

    @extend_schema(request=PushedFactSerializer, responses={200: PushedSerializer})
    def post(self, request: Request) -> Response:
        """Record what a pipeline observed of a service. Editors of the owning team only."""
        entity = self._entity(request)
        self.check_object_permissions(request, entity)
        checked = PushedFactSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        said = checked.validated_data
        observed = said.get("observed_at") or timezone.now()
        expires = observed + timedelta(seconds=said["expires_in"]) if "expires_in" in said else None
        with transaction.atomic():
            changed = facts.publish(
                entity, said["key"], said["value"], source=f"pushed by {request.user.get_username()}"[:100],
                observed_at=observed, expires_at=expires, url=said.get("url", ""),
            )  # fmt: skip
            if changed:
                audit.record(request.user, "fact.push", entity.ref, severity="medium", key=said["key"])
        return Response({"changed": changed})

    def _entity(self, request: Request) -> Entity:
        """The entity is looked up first: who may not see it learns nothing from the rest of the body."""
        ref = request.data.get("entity") if isinstance(request.data, dict) else None
        if not isinstance(ref, str) or len(ref) > 200:
            raise ValidationError({"entity": ["Name the entity, such as component:default/checkout."]})
        return get_object_or_404(Entity.objects.by_ref(ref))


class Discover(APIView):
    """POST discover/."""

    write_role = "operator"

    @extend_schema(request=None, responses={202: StartedSerializer})
    def post(self, request: Request) -> Response:
        """Start a discovery, or find the one that is on its way."""
        return Response({"run": discover.start(request.user).pk}, status=202)


class Imports(generics.ListAPIView[Import]):
    """GET imports/."""

    serializer_class = ImportSerializer
    pagination_class = Cursor

    def get_queryset(self) -> QuerySet[Import]:
        """All reports, or only those in `state`."""
        rows = Import.objects.all()
        state = self.request.query_params.get("state")
        return rows.filter(state=state) if state else rows

    @extend_schema(parameters=[OpenApiParameter("state", OpenApiTypes.STR, enum=["ok", "error"])])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What became of the documents of all descriptor files."""
        return super().get(request, *args, **kwargs)


urlpatterns = [
    path("entities/", Entities.as_view(), name="api-entities"),
    path("entities/<str:kind>/<str:namespace>/<str:name>/", OneEntity.as_view(), name="api-entity"),
    path("entities/<str:kind>/<str:namespace>/<str:name>/facts/", EntityFacts.as_view(), name="api-entity-facts"),
    path(
        "entities/<str:kind>/<str:namespace>/<str:name>/database-advice/",
        DatabaseAdvice.as_view(),
        name="api-database-advice",
    ),
    path("facts/", PushFact.as_view(), name="api-push-fact"),
    path("discover/", Discover.as_view(), name="api-discover"),
    path("imports/", Imports.as_view(), name="api-imports"),
]
