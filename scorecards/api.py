"""REST of the scorecards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import include, path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.access import audit
from portal.api.base import Cursor
from scorecards import cards, queries
from scorecards.answers.api import urlpatterns as answer_paths
from scorecards.engine.scoring import NO_LEVEL, OVERALL
from scorecards.entities import named_service
from scorecards.evaluate import evaluate_service
from scorecards.filters import CheckFilter, ScoreFilter, day
from scorecards.initiatives.api import urlpatterns as initiative_paths
from scorecards.lenses import api as lenses
from scorecards.models import CheckVersion, Removal, ScorePoint
from scorecards.own.api import urlpatterns as own_paths
from scorecards.path_api import ServicePath
from scorecards.recompute import Card, card_at
from scorecards.report.api import urlpatterns as report_paths
from scorecards.serializers import (
    CardSerializer,
    CheckSerializer,
    EvaluatedSerializer,
    EvaluateSerializer,
    ScoreSerializer,
)
from scorecards.waivers.api import urlpatterns as waiver_paths
from services.models import Entity


class ByCheck(Cursor):
    """Pages in the order of the checks' ids."""

    ordering = "check_id"


class Checks(generics.ListAPIView[CheckVersion]):
    """The checks in force, with how many services have each state."""

    queryset = CheckVersion.objects.standing()
    serializer_class = CheckSerializer
    filterset_class = CheckFilter
    pagination_class = ByCheck

    def get_serializer_context(self) -> dict[str, Any]:
        """The counts of all checks come from one query."""
        return {**super().get_serializer_context(), "counts": queries.state_counts()}


class Scores(generics.ListAPIView[ScorePoint]):
    """Scores of services, teams, systems and the organisation; those of now, or as of the end of a day."""

    queryset = ScorePoint.objects.all()
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilter


AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATE, description="As it stood at the end of this day (UTC); not in the future"
)


class ServiceCard(APIView):
    """GET services/{kind}/{namespace}/{name}/."""

    @extend_schema(operation_id="scorecards_service", parameters=[AS_OF], responses=CardSerializer)
    def get(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """A service's scorecard with the evidence of every check, computed from the facts of now or of a past day."""
        entity, when = queries.service(kind, namespace, name), _when(request.query_params.get("as_of"))
        removal = Removal.objects.of(when)
        body = _without_detail(entity, when, removal) if removal else _body(entity, card_at(entity, when))
        return Response(CardSerializer(body).data)


def _when(text: str | None) -> Any:
    now = timezone.now()
    if not text:
        return now
    end = day(text)
    if end is None or date.fromisoformat(text) > now.date():
        raise ValidationError({"as_of": ["Write a day that is not in the future, such as 2026-11-20."]})
    return min(end, now)


def _body(entity: Entity, card: Card) -> dict[str, Any]:
    climb = cards.climb(card)
    scores = [score for score in card.scores.values() if score.covered]
    return {
        "service": entity.ref,
        "as_of": card.when,
        "level": card.scores[OVERALL].level,
        "next_level": climb.target,
        "to_next_level": [fix.check for fix in climb.fixes],
        "effort": climb.effort,
        "scores": scores,
        "checks": cards.rows(card),
        "detail_removed_at": None,
    }


def _without_detail(entity: Entity, when: datetime, removal: Removal) -> dict[str, Any]:
    """The scores of an instant whose check results were removed on purpose."""
    points = {point.pillar: point for point in ScorePoint.objects.at(when).filter(entity=entity)}
    unknown = dict.fromkeys(("passed", "known", "applicable"))
    shown = ("pillar", "score", "level", "confidence", "waived", "waived_checks")
    return {
        "service": entity.ref,
        "as_of": when,
        "level": points[OVERALL].level if OVERALL in points else NO_LEVEL,
        "next_level": "",
        "to_next_level": [],
        "effort": 0,
        "scores": [{name: getattr(point, name) for name in shown} | unknown for point in points.values()],
        "checks": [],
        "detail_removed_at": removal.began_at,
    }


class ServiceHistory(generics.ListAPIView[ScorePoint]):
    """GET services/{kind}/{namespace}/{name}/history/."""

    serializer_class = ScoreSerializer
    filterset_class = None
    filter_backends = []

    def get_queryset(self) -> QuerySet[ScorePoint]:
        """Every score that the service ever had."""
        if getattr(self, "swagger_fake_view", False):
            return ScorePoint.objects.none()
        words = self.kwargs
        entity = queries.service(words["kind"], words["namespace"], words["name"])
        return ScorePoint.objects.filter(entity=entity)

    @extend_schema(operation_id="scorecards_service_history")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every score of a service with its cause, newest first."""
        return super().get(request, *args, **kwargs)


class Evaluate(APIView):
    """POST evaluate/."""

    write_role = "editor"

    @extend_schema(operation_id="scorecards_evaluate", request=EvaluateSerializer, responses=EvaluatedSerializer)
    def post(self, request: Request) -> Response:
        """Evaluate one service now. Editors of the owning team only."""
        entity = named_service(request.data)
        self.check_object_permissions(request, entity)
        audit.record(request.user, "scorecards.evaluate", entity.ref)
        return Response(EvaluatedSerializer(evaluate_service(entity).as_json()).data)


urlpatterns = [
    path("checks/", Checks.as_view(), name="api-scorecards-checks"),
    path("scores/", Scores.as_view(), name="api-scorecards-scores"),
    path("services/<str:kind>/<str:namespace>/<str:name>/", ServiceCard.as_view(), name="api-scorecards-service"),
    path(
        "services/<str:kind>/<str:namespace>/<str:name>/history/",
        ServiceHistory.as_view(),
        name="api-scorecards-history",
    ),
    path("services/<str:kind>/<str:namespace>/<str:name>/path/", ServicePath.as_view(), name="api-scorecards-path"),
    path("evaluate/", Evaluate.as_view(), name="api-scorecards-evaluate"),
    *waiver_paths,
    *initiative_paths,
    *answer_paths,
    *own_paths,
    *report_paths,
    path("", include(lenses.urlpatterns)),
]
