"""REST of answers: programs push results, one or many at once; people's confirmations."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.access import audit
from portal.api.base import Cursor
from scorecards.answers import record
from scorecards.answers.record import LATE, RECORDED, REPEATED, Outcome, Said
from scorecards.days import end_of
from scorecards.engine.check import FAIL, MANUAL, PASS, PUSHED
from scorecards.entities import named_service
from scorecards.filters import ref_of
from scorecards.models import CheckAnswer
from services.models import Entity

MOST = 500
OUTCOMES = (RECORDED, REPEATED, LATE)


class CheckAnswerSerializer(serializers.ModelSerializer[CheckAnswer]):
    """One answer. `late`: a newer one was on record when it came, so it is history only."""

    service = serializers.CharField(source="entity.ref", read_only=True)
    check = serializers.CharField(source="check_key", read_only=True)

    class Meta:
        model = CheckAnswer
        fields = [
            "id", "service", "check", "state", "note", "url", "said_by", "observed_at", "received_at", "expires_at",
            "late", "key",
        ]  # fmt: skip
        read_only_fields = fields


class ResultSerializer(serializers.Serializer[Any]):
    """One result of a check with kind: pushed."""

    service = serializers.CharField(max_length=200, help_text="A service's ref, such as component:default/checkout")
    check = serializers.CharField(max_length=100)
    state = serializers.ChoiceField(choices=record.STATES)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    url = serializers.URLField(max_length=500, required=False, allow_blank=True, default="")
    observed_at = serializers.DateTimeField(required=False, help_text="When it was seen; now without it")
    key = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="The same key is taken once"
    )


class ResultsSerializer(serializers.Serializer[Any]):
    """Many results at once; each is taken or refused by itself."""

    results = ResultSerializer(many=True)


class ConfirmationSerializer(serializers.Serializer[Any]):
    """What a person says about a check with kind: manual."""

    service = serializers.CharField(max_length=200)
    check = serializers.CharField(max_length=100)
    passed = serializers.BooleanField()
    note = serializers.CharField(max_length=1000, min_length=3)
    until = serializers.DateField(
        required=False, help_text="To be confirmed again after this day; at most as the check says"
    )


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of one result. `error` names field and remedy where it was refused."""

    index = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=(*OUTCOMES, "refused"))
    field = serializers.CharField(required=False)
    error = serializers.CharField(required=False)


class BulkSerializer(serializers.Serializer[Any]):
    """What became of many results."""

    recorded = serializers.IntegerField()
    repeated = serializers.IntegerField()
    late = serializers.IntegerField()
    refused = serializers.IntegerField()
    items = OutcomeSerializer(many=True)


class TakenSerializer(serializers.Serializer[Any]):
    """What became of one answer."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    answer = CheckAnswerSerializer()


class AnswerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`service check`: which answers."""

    service = django_filters.CharFilter(method="by_service", label="A service's ref or bare name", max_length=200)
    check = django_filters.CharFilter(field_name="check_key", label="A check's id", max_length=100)

    class Meta:
        model = CheckAnswer
        fields: list[str] = []

    def by_service(self, rows: QuerySet[CheckAnswer], name: str, value: str) -> QuerySet[CheckAnswer]:
        """Those about one service."""
        return rows.filter(entity__in=Entity.objects.by_ref(ref_of(value, "component")))


class ByMoment(Cursor):
    """The newest sighting first."""

    ordering = "-observed_at"


class Results(generics.ListAPIView[CheckAnswer]):
    """GET and POST results/."""

    write_role = record.ROLE
    serializer_class = CheckAnswerSerializer
    filterset_class = AnswerFilter
    pagination_class = ByMoment
    queryset = CheckAnswer.objects.select_related("entity")

    @extend_schema(operation_id="scorecards_results_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answers of programs and people, in the order of what they saw."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="scorecards_results_push",
        request=PolymorphicProxySerializer(
            component_name="PushedResults", serializers=[ResultSerializer, ResultsSerializer],
            resource_type_field_name=None,
        ),
        responses=PolymorphicProxySerializer(
            component_name="TakenResults", serializers=[TakenSerializer, BulkSerializer], resource_type_field_name=None
        ),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Push one result, or up to 500 as `results`. Editors of the owning team only; many are judged one by one."""
        body = request.data
        if isinstance(body, dict) and "results" in body:
            return Response(BulkSerializer(_many(request.user, body["results"])).data)
        entity = named_service(body)
        self.check_object_permissions(request, entity)
        shape = ResultSerializer(data=body)
        shape.is_valid(raise_exception=True)
        return _taken(request.user, entity, shape.validated_data["check"], PUSHED, _said(shape.validated_data))


class Confirmations(APIView):
    """POST confirmations/."""

    write_role = record.ROLE

    @extend_schema(operation_id="scorecards_confirm", request=ConfirmationSerializer, responses=TakenSerializer)
    def post(self, request: Request) -> Response:
        """Confirm or deny a manual check with a note. Editors of the owning team only."""
        entity = named_service(request.data)
        self.check_object_permissions(request, entity)
        shape = ConfirmationSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        said, until = shape.validated_data, shape.validated_data.get("until")
        expires = end_of(until) if until else None
        answer = Said(PASS if said["passed"] else FAIL, said["note"], expires_at=expires)
        return _taken(request.user, entity, said["check"], MANUAL, answer)


def _said(data: dict[str, Any]) -> Said:
    return Said(data["state"], data["note"], data["url"], data.get("observed_at"), key=data["key"])


def _taken(user: Any, entity: Entity, check: str, kind: str, said: Said) -> Response:
    try:
        outcome = record.take(user, entity, check, kind, said)
    except record.Wrong as error:
        raise ValidationError({error.field: [error.message]}) from error
    return Response(TakenSerializer(outcome).data, status=200 if outcome.outcome == REPEATED else 201)


def _many(user: Any, items: Any) -> dict[str, Any]:
    if not isinstance(items, list) or not 1 <= len(items) <= MOST:
        raise ValidationError({"results": [f"Send a list of 1 to {MOST} results."]})
    refs = {
        item["service"].lower() for item in items if isinstance(item, dict) and isinstance(item.get("service"), str)
    }
    known = {
        entity.ref: entity for entity in Entity.objects.services().by_refs({ref for ref in refs if len(ref) <= 200})
    }
    found = [{"index": number, **_one(user, item, known)} for number, item in enumerate(items)]
    counts = {word: sum(each["outcome"] == word for each in found) for word in (*OUTCOMES, "refused")}
    audit.record(user, "result.push", f"{len(known)} services", severity="low", counts=counts)
    return {**counts, "items": found}


def _one(user: Any, item: Any, known: dict[str, Entity]) -> dict[str, str]:
    """One of many: its outcome, or the field and the sentence that say why it was refused."""
    shape = ResultSerializer(data=item)
    if not shape.is_valid():
        field, words = next(iter(shape.errors.items()))
        return _refused(str(field), str(words[0]))
    data = shape.validated_data
    entity = known.get(data["service"].lower())
    if entity is None:
        return _refused(
            "service", f"There is no service {data['service']}: use a ref such as component:default/checkout."
        )
    try:
        outcome: Outcome = record.take(user, entity, data["check"], PUSHED, _said(data), audited=False)
    except record.Wrong as error:
        return _refused(error.field, error.message)
    except PermissionDenied as error:
        return _refused("service", str(error))
    return {"outcome": outcome.outcome}


def _refused(field: str, error: str) -> dict[str, str]:
    return {"outcome": "refused", "field": field, "error": error}


urlpatterns = [
    path("results/", Results.as_view(), name="api-scorecards-results"),
    path("confirmations/", Confirmations.as_view(), name="api-scorecards-confirmations"),
]
