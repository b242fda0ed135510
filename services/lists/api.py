"""REST of saved views, facets and the relation graph."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.base import Cursor
from services.descriptors.ends import INVERSE
from services.graphs import graph
from services.lists import saved_views
from services.lists.facets import FIELDS
from services.lists.filter_values import WITHOUT
from services.lists.listing import Listing
from services.models import Entity, SavedView

MANY_VALUES = "Several values: any of them (of tags all); !value is not, - is none"
FILTERS = [OpenApiParameter(name, str, many=True, description=MANY_VALUES) for name in FIELDS] + [
    OpenApiParameter("q", str, description="Every word in name, title or description"),
    OpenApiParameter("uses", str, description="What depends on this ref or consumes it"),
    OpenApiParameter("mine", bool, description="Only what my teams own"),
]


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """A saved view. `team_ref` is empty where it is one person's; `url` opens the list."""

    team_ref = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    query = serializers.CharField(
        max_length=2000,
        required=False,
        allow_blank=True,
        help_text="As in the list's address: owner=payments&sort=tier",
    )
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    by = serializers.CharField(source="user.username", read_only=True)

    class Meta:
        model = SavedView
        fields = ["id", "name", "team_ref", "query", "url", "by", "created_at", "updated_at"]
        read_only_fields = ["id", "created_at", "updated_at"]
        validators: list[Any] = []


class ChangedViewSerializer(serializers.Serializer[SavedView]):
    """What of a view can be changed."""

    name = serializers.CharField(max_length=60, required=False)
    query = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class SavedViews(generics.ListCreateAPIView[SavedView]):
    """GET and POST views/."""

    write_role = "viewer"
    serializer_class = SavedViewSerializer
    pagination_class = Cursor
    queryset = SavedView.objects.none()

    def get_queryset(self) -> Any:
        """My own and those of my teams."""
        return saved_views.visible(self.request.user).select_related("user")

    def perform_create(self, serializer: Any) -> None:
        """Save a list under a name. For a team its editors only."""
        said = serializer.validated_data
        team = said.get("team_ref", "")
        serializer.instance = saved_views.create(self.request.user, said["name"], said.get("query", ""), team)


class OneSavedView(APIView):
    """GET, PATCH and DELETE views/{id}/."""

    write_role = "viewer"

    def _find(self, request: Request, pk: int) -> SavedView:
        return get_object_or_404(saved_views.visible(request.user).select_related("user"), pk=pk)

    @extend_schema(operation_id="v1_services_views_one", responses=SavedViewSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One view."""
        return Response(SavedViewSerializer(self._find(request, pk)).data)

    @extend_schema(request=ChangedViewSerializer, responses=SavedViewSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Another name or another address."""
        view = self._find(request, pk)
        said = ChangedViewSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        return Response(SavedViewSerializer(saved_views.change(request.user, view, **said.validated_data)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete it."""
        saved_views.delete(request.user, self._find(request, pk))
        return Response(status=204)


CHOICE = {
    "type": "object",
    "description": "One value: what the filter takes, what people call it, how many entities there would be",
    "required": ["value", "title", "count"],
    "properties": {"value": {"type": "string"}, "title": {"type": "string"}, "count": {"type": "integer"}},
}
FACETS = {
    "type": "object",
    "required": list(FIELDS),
    "properties": {name: {"type": "array", "items": CHOICE} for name in FIELDS},
}


class Facets(APIView):
    """GET facets/."""

    @extend_schema(parameters=FILTERS, responses={200: FACETS})
    def get(self, request: Request) -> Response:
        """The values of each field with how many entities one would get by choosing them, given the other filters.

        Without `kind` all kinds are counted.
        """
        asked = request.query_params.copy()
        asked.setdefault("kind", "all")
        found = Listing(request._request, _checked(request, asked)).facets
        return Response(
            {
                name: [{"value": one.key or WITHOUT, "title": one.label, "count": one.count} for one in choices]
                for name, choices in found.items()
            }
        )


def _checked(request: Request, asked: QueryDict) -> QueryDict:
    """The address, once every filter in it can be read."""
    if troubles := Listing(request._request, asked).troubles:
        raise ValidationError({name: [words] for name, words in troubles.items()})
    return asked


class NodeSerializer(serializers.Serializer[Any]):
    """One end: `known` is false where the ref is not in the catalog."""

    ref = serializers.CharField()
    title = serializers.CharField()
    known = serializers.BooleanField()


class GraphEdgeSerializer(serializers.Serializer[Any]):
    """One edge, from what leans to what it leans on."""

    source_ref = serializers.CharField()
    type = serializers.CharField()
    target_ref = serializers.CharField()


class MoreSerializer(serializers.Serializer[Any]):
    """How many further ends of a type an entity has."""

    ref = serializers.CharField()
    type = serializers.CharField()
    count = serializers.IntegerField()


class GraphSerializer(serializers.Serializer[Any]):
    """A neighbourhood."""

    focus = serializers.CharField()
    depth = serializers.IntegerField()
    types = serializers.ListField(child=serializers.CharField())
    nodes = NodeSerializer(many=True)
    edges = GraphEdgeSerializer(many=True)
    more = MoreSerializer(many=True)


class GraphQuerySerializer(serializers.Serializer[Any]):
    """What is asked of the graph."""

    focus = serializers.CharField(max_length=200, help_text="A ref, such as component:default/checkout")
    depth = serializers.IntegerField(min_value=1, max_value=graph.DEEPEST, default=graph.DEPTH)
    fan = serializers.IntegerField(
        min_value=1, max_value=graph.WIDEST_FAN, default=graph.FAN, help_text="Ends of a type that one entity brings in"
    )
    types = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted({*graph.WORDS, *map(INVERSE.__getitem__, graph.WORDS)})),
        required=False,
        help_text="Names of relations, of either end; the usual ones of the kind by default",
    )


class Graph(APIView):
    """GET graph/."""

    @extend_schema(parameters=[GraphQuerySerializer], responses=GraphSerializer)
    def get(self, request: Request) -> Response:
        """What an entity leans on and what leans on it, at most 60 entities."""
        given = request.query_params.dict() | {"types": request.query_params.getlist("types")}
        asked = GraphQuerySerializer(data=given)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        entity = get_object_or_404(Entity.objects.by_ref(said["focus"]))
        found = graph.read(entity.ref, graph.types_of(said.get("types", ()), entity.kind), said["depth"], said["fan"])
        nodes = [
            {"ref": ref, "title": one.label if one else ref, "known": one is not None}
            for ref, one in found.nodes.items()
        ]
        edges = [{"source_ref": edge.source, "type": edge.type, "target_ref": edge.target} for edge in found.edges]
        more = [{"ref": one.ref, "type": one.type, "count": one.count} for one in found.more]
        shape = {"focus": found.focus, "depth": found.depth, "types": list(found.types)}
        return Response(shape | {"nodes": nodes, "edges": edges, "more": more})
