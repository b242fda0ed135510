"""REST of the maturity report: the same parts as the page."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scorecards import filters
from scorecards.report.period import period_of
from scorecards.report.summary import report
from services.models import Entity


class LevelLineSerializer(serializers.Serializer[Any]):
    """How many services had a level then and have it at the end."""

    level = serializers.CharField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class PillarLineSerializer(serializers.Serializer[Any]):
    """The mean of a pillar, 0 to 100 or null, and the confidence at the end, 0 to 1."""

    pillar = serializers.CharField(source="label")
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)
    confidence = serializers.FloatField()


class MoverSerializer(serializers.Serializer[Any]):
    """A service whose overall score moved, and the cause of its largest step."""

    service = serializers.CharField(source="entity.ref")
    score_before = serializers.FloatField(source="before.score")
    score_after = serializers.FloatField(source="after.score")
    level_before = serializers.CharField(source="before.level")
    level_after = serializers.CharField(source="after.level")
    cause = serializers.CharField()


class CauseLineSerializer(serializers.Serializer[Any]):
    """How many steps of overall scores had this cause, and the points gained and lost by them."""

    cause = serializers.CharField()
    steps = serializers.IntegerField()
    gained = serializers.FloatField()
    lost = serializers.FloatField()


class RiskLineSerializer(serializers.Serializer[Any]):
    """A check with how many services fail it then and at the end; `lost` is services that fail × weight.

    `failing_before` is null where the results of then were removed on purpose.
    """

    check = serializers.CharField()
    failing_before = serializers.IntegerField(source="before", allow_null=True)
    failing = serializers.IntegerField()
    lost = serializers.IntegerField()


class StaleLineSerializer(serializers.Serializer[Any]):
    """A check whose evidence had expired in so many services, the longest `since`."""

    check = serializers.CharField()
    services = serializers.IntegerField()
    since = serializers.DateTimeField()


class MaturityReportSerializer(serializers.Serializer[Any]):
    """A maturity report. `compared` is false where nothing had been evaluated at the beginning."""

    start = serializers.DateTimeField(source="period.start")
    end = serializers.DateTimeField(source="period.end")
    services = serializers.IntegerField()
    compared = serializers.BooleanField()
    risen = serializers.IntegerField(help_text="Services that reached a higher level")
    fallen = serializers.IntegerField(help_text="Services that fell to a lower one")
    levels = LevelLineSerializer(many=True)
    pillars = PillarLineSerializer(many=True)
    improved = MoverSerializer(many=True)
    dropped = MoverSerializer(many=True)
    causes = CauseLineSerializer(many=True)
    risks = RiskLineSerializer(many=True)
    stale = StaleLineSerializer(many=True)
    waived_checks = serializers.IntegerField(source="waivers.count")
    services_with_waivers = serializers.IntegerField(source="waivers.services")


class Report(APIView):
    """GET report/."""

    @extend_schema(
        operation_id="scorecards_report",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, description="The first day; 30 days ago without it"),
            OpenApiParameter("to", OpenApiTypes.DATE, description="The last day; today without it"),
            OpenApiParameter("team", str, description="A team's ref or bare name"),
            OpenApiParameter("tier", int),
            OpenApiParameter("lifecycle", str),
        ],
        responses=MaturityReportSerializer,
    )
    def get(self, request: Request) -> Response:
        """Two days side by side: levels, pillars, who moved most and why, checks at risk, waivers and stale evidence."""
        period = period_of(request.query_params, timezone.now())
        if period.problem:
            raise ValidationError({"from": [period.problem.partition(";")[0].rstrip(".") + "."]})
        chosen = filters.ServiceFilter(request.query_params, queryset=Entity.objects.services(), request=request)
        if not chosen.is_valid():
            raise ValidationError(chosen.errors)
        made = report(chosen.qs, period, filters.scope_of(request))
        return Response(MaturityReportSerializer(made).data)


urlpatterns = [path("report/", Report.as_view(), name="api-scorecards-report")]
