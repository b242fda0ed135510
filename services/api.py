"""REST of the catalog."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404
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
from services.advice.api import DatabaseAdvice
from services.direct.api import BulkEntities, OneEntityWrites
from services.direct.plan import version_tag
from services.filters import EntityFilter
from services.imports import uploads
from services.lists import api as views_api
from services.models import Entity, EntityVersion, Import
from services.serializers import (
    EntityDetailSerializer,
    EntitySerializer,
    FactSerializer,
    ImportSerializer,
    PushedFactSerializer,
    PushedSerializer,
    StartedSerializer,
    UploadedSerializer,
    UploadSerializer,
    VersionSerializer,
)  # fmt: skip
from services.storing import history
from services.storing.history import moment_of
from services.untagged import api as untagged_api

# A cursor compares values, so what may be null is given one: an entity without a tier sorts after tier 9.
SORT_FIELDS = {
    "name": "name", "kind": "kind", "type": "type", "owner": "owner_ref", "system": "system_ref",
    "lifecycle": "lifecycle", "tier": "tier_order", "updated": "updated_at",
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


class OneEntity(OneEntityWrites):
    """entities/{kind}/{namespace}/{name}/: reading here, writing in services.direct.api."""

    @extend_schema(
        parameters=[
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="An ETag from before"),
            OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="The descriptor as it stood at this moment"),
        ],
        responses={200: EntityDetailSerializer, 304: OpenApiResponse(description="It has not changed")},
    )
    def get(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """One entity with its relations. Answers 304 where `If-None-Match` names what is on record.

        The ETag has two parts: the descriptor's, which `If-Match` of a write is compared with, and the whole answer's.
        """
        if "as_of" in request.query_params:
            return Response(past(f"{kind}:{namespace}/{name}", request.query_params["as_of"]))
        entity = find(kind, namespace, name)
        body = EntityDetailSerializer(entity).data
        whole = hashlib.sha256(orjson.dumps(body, default=str)).hexdigest()[:20]
        etag = f'"{version_tag(entity)}.{whole}"'
        seen = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
        answer = Response(status=304) if seen & {etag, "*"} else Response(body)
        answer["ETag"] = etag
        return answer


def past(ref: str, text: str) -> dict[str, Any]:
    """What stood under the ref at the moment that `text` names. Raises ValidationError or Http404."""
    when = moment_of(text)
    if when is None:
        raise ValidationError({"as_of": ["Write a date or a time such as 2026-11-01 or 2026-11-01T12:00:00Z."]})
    version = history.as_of(ref, when)
    if version is None:
        raise Http404
    return VersionSerializer(version).data | {"descriptor": version.data}


class EntityHistory(generics.ListAPIView[EntityVersion]):
    """GET entities/{kind}/{namespace}/{name}/history/."""

    serializer_class = VersionSerializer
    pagination_class = Cursor
    queryset = EntityVersion.objects.none()

    @extend_schema(operation_id="services_entity_history")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every change of the entity, newest first: who, when, from which source, and what differs. Removed ones too."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[EntityVersion]:
        """The versions of all that ever bore this ref, each with the one before it."""
        ref = "{kind}:{namespace}/{name}".format(**self.kwargs).lower()
        entities = Entity.objects.by_refs([ref])
        if not entities.exists():
            raise Http404
        return history.versions(entities)


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
    """GET and POST imports/."""

    write_role = "editor"
    serializer_class = ImportSerializer
    pagination_class = Cursor

    def get_queryset(self) -> QuerySet[Import]:
        """All reports, or only those in `state`."""
        rows = Import.objects.all()
        state = self.request.query_params.get("state")
        return rows.filter(state=state) if state else rows

    @extend_schema(parameters=[OpenApiParameter("state", OpenApiTypes.STR, enum=["ok", "warning", "error"])])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What became of the documents of all descriptor files."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=UploadSerializer, responses={200: UploadedSerializer})
    def post(self, request: Request) -> Response:
        """Store descriptors, each for a team that the sender edits; with `dry_run` only say what would come of it."""
        checked = UploadSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        said = checked.validated_data
        raw = said["content"].encode(errors="surrogatepass")
        outcome = uploads.upload(raw, said["name"], request.user, dry_run=said["dry_run"])
        return Response(UploadedSerializer(outcome).data)


urlpatterns = [
    path("entities/", Entities.as_view(), name="api-entities"),
    path("entities/<str:kind>/<str:namespace>/<str:name>/", OneEntity.as_view(), name="api-entity"),
    path("entities/bulk/", BulkEntities.as_view(), name="api-bulk"),
    path("entities/<str:kind>/<str:namespace>/<str:name>/history/", EntityHistory.as_view(), name="api-history"),
    path("entities/<str:kind>/<str:namespace>/<str:name>/facts/", EntityFacts.as_view(), name="api-entity-facts"),
    path(
        "entities/<str:kind>/<str:namespace>/<str:name>/database-advice/",
        DatabaseAdvice.as_view(),
        name="api-database-advice",
    ),
    path("facts/", PushFact.as_view(), name="api-push-fact"),
    path("discover/", Discover.as_view(), name="api-discover"),
    path("imports/", Imports.as_view(), name="api-imports"),
    *untagged_api.urlpatterns,
    path("facets/", views_api.Facets.as_view(), name="api-facets"),
    path("graph/", views_api.Graph.as_view(), name="api-graph"),
    path("views/", views_api.SavedViews.as_view(), name="api-views"),
    path("views/<int:pk>/", views_api.OneSavedView.as_view(), name="api-view"),
]
