"""REST of the way upwards: which checks to mend, for which effort, and what every lost point is worth."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scorecards import queries, ways
from scorecards.engine import path
from scorecards.engine.check import LEVELS
from scorecards.engine.scoring import OVERALL
from scorecards.recompute import Card, card_at


class FixSerializer(serializers.Serializer[Any]):
    """One check to mend. `worth` in points of its pillar, `lift` in overall points, `effort` in minutes."""

    check = serializers.CharField()
    worth = serializers.FloatField()
    lift = serializers.FloatField()
    effort = serializers.IntegerField()


class PathSerializer(serializers.Serializer[Any]):
    """The cheapest way: `reachable` is false where no set of fixes leads there."""

    service = serializers.CharField()
    level = serializers.CharField(help_text="The overall level of now")
    target = serializers.CharField(help_text="A level, or a score of the pillar")
    reachable = serializers.BooleanField()
    effort = serializers.IntegerField(help_text="Minutes altogether")
    fixes = FixSerializer(many=True)
    lost = FixSerializer(many=True, help_text="Every failing check with what it takes away")


class ServicePath(APIView):
    """GET services/{kind}/{namespace}/{name}/path/."""

    @extend_schema(
        operation_id="scorecards_service_path",
        parameters=[
            OpenApiParameter(
                "level", str, enum=list(LEVELS), description="The level to reach; the next one without it"
            ),
            OpenApiParameter("pillar", str, description="With `score`: the pillar to lift"),
            OpenApiParameter("score", float, description="With `pillar`: the score to reach, above 0 up to 100"),
        ],
        responses=PathSerializer,
    )
    def get(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """The cheapest way to a level or to a pillar's score, found exactly, and the worth of every lost point."""
        entity = queries.service(kind, namespace, name)
        card = card_at(entity, timezone.now())
        target, climb = _asked(request, card)
        body = {
            "service": entity.ref, "level": card.scores[OVERALL].level, "target": target,
            "reachable": climb is not None, "effort": climb.effort if climb else 0,
            "fixes": climb.fixes if climb else (), "lost": ways.lost(card),
        }  # fmt: skip
        return Response(PathSerializer(body).data)


def _asked(request: Request, card: Card) -> tuple[str, path.Climb | None]:
    pillar, score, level = (request.query_params.get(name, "") for name in ("pillar", "score", "level"))
    if pillar or score:
        goal = _number(score)
        if pillar not in card.scores or pillar == OVERALL:
            raise ValidationError({"pillar": ["Name a pillar of this service, such as reliability."]})
        return f"{goal:g}", ways.to_score(card, pillar, goal)
    level = level or path.next_level(card.scores[OVERALL].level)
    if not level:
        return LEVELS[-1], path.Climb(LEVELS[-1], ())
    if level not in LEVELS:
        raise ValidationError({"level": [f"Use one of {', '.join(LEVELS)}."]})
    return level, path.to_level(card.judged, level)


def _number(text: str) -> float:
    try:
        goal = float(text)
    except ValueError:
        goal = 0.0
    if not 0 < goal <= 100:
        raise ValidationError({"score": ["Write a number above 0 and up to 100."]})
    return goal
