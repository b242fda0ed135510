"""REST of the database advisor: the answers of a service and what the advisor makes of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services import facts
from services.advice import advise, answers
from services.advice.words import as_json
from services.engine.advisor.questionnaire import QUESTIONS, Invalid
from services.kinds.judgement import MESH, declared_stores, kinds, memberships
from services.models import Entity

EXAMPLE = OpenApiExample(
    "A session store",
    {"access_patterns": "known", "p99_ms": 10, "peak_reads_s": 4000, "durable": False},
    request_only=True,
)


class DatabaseAdvice(APIView):
    """GET and PUT entities/{kind}/{namespace}/{name}/database-advice/."""

    write_role = "editor"

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """The answers that hold, who gave them and when, and the advice with every point."""
        return Response(_body(_find(kind, namespace, name)))

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: OpenApiTypes.OBJECT}, examples=[EXAMPLE])
    def put(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """Take these answers in place of all former ones; what is left out or null is not answered."""
        entity = _find(kind, namespace, name)
        self.check_object_permissions(request, entity)
        if not isinstance(request.data, dict):
            raise ValidationError({"non_field_errors": ["Send an object: question name to answer."]})
        try:
            advise.record(request.user, entity, request.data)
        except Invalid as error:
            raise ValidationError({name: [text] for name, text in error.problems.items()}) from error
        return Response(_body(entity))


def _find(kind: str, namespace: str, name: str) -> Entity:
    """The live component; anything else has no advice."""
    found = Entity.objects.services().by_ref(f"{kind}:{namespace}/{name}").first()
    if found is None:
        raise NotFound("There is no such component.")
    return found


def _body(entity: Entity) -> dict[str, Any]:
    row, views = answers.newest([entity]).get(entity.pk), facts.current(entity)
    declared = declared_stores([entity]).get(entity.pk, {})
    found = kinds(views, answers.said(row), declared, memberships(views.get(MESH)))
    return {
        "entity": entity.ref,
        "answers": row.answers if row else {},
        "answered_by": row.by if row else None,
        "answered_at": row.at if row else None,
        "questions": [question.name for question in QUESTIONS],
        "advice": as_json(found.advice),
    }
