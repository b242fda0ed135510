"""REST of the judgement: push samples, read how each metric stands, forecast, replay, and import Kayenta's configurations."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments import plans, queries
from deployments.engine.plan.reading import PlanError
from deployments.judging import foresight, pushed, replaying, traffic
from deployments.judging import serializers as shapes
from deployments.judging.importing import imported
from deployments.models import Judgement, Rollout
from deployments.rollouts.api import Conflict
from deployments.serializers import PlanSerializer
from portal.access import audit
from services.models import Entity

PLAN = OpenApiParameter("plan", str, required=True, description='"name" (its newest version) or "name@version"')


class Samples(APIView):
    """Samples of pushed metrics."""

    write_role = "editor"

    @extend_schema(
        operation_id="rollout_push_samples",
        request=shapes.SamplesSerializer,
        responses=shapes.AcceptedSamplesSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Push up to 500 samples. The same bucket again is never counted twice; what is refused is named with its reason."""
        rollout = get_object_or_404(queries.rollouts(), pk=pk)
        self.check_object_permissions(request, rollout)
        shape = shapes.SamplesSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        try:
            answer = pushed.accept(rollout, shape.validated_data["samples"])
        except pushed.NotNow as error:
            raise Conflict(str(error)) from error
        return Response(shapes.AcceptedSamplesSerializer(answer).data)


class Metrics(APIView):
    """How each metric of a rollout stands."""

    @extend_schema(operation_id="rollout_metrics", responses=shapes.MetricVerdictSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """The metrics of the newest judgement; empty before the first one."""
        rollout = get_object_or_404(Rollout, pk=pk)
        judgement = Judgement.objects.filter(rollout=rollout).order_by("-id").first()
        return Response(judgement.verdict.get("metrics", []) if judgement else [])


class Replay(APIView):
    """A rollout under another plan."""

    @extend_schema(operation_id="rollout_replay", parameters=[PLAN], responses=shapes.PolicyReplaySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Judge what was measured by another plan: would it have been rolled back, and when?"""
        rollout = get_object_or_404(queries.rollouts(), pk=pk)
        shape = shapes.ReplayQuerySerializer(data=request.query_params)
        shape.is_valid(raise_exception=True)
        found = replaying.retell(rollout, shape.validated_data["plan"])
        return Response(shapes.PolicyReplaySerializer(replaying.shown(found)).data)


class ForecastOf(APIView):
    """What a plan can see."""

    @extend_schema(
        operation_id="service_forecast",
        parameters=[
            PLAN,
            OpenApiParameter("per_minute", float, description="Requests a minute, both versions together."),
            OpenApiParameter("error_rate", float, description="The share of requests that fails now, 0 to 1."),
        ],
        responses=shapes.ForecastSerializer,
    )
    def get(self, request: Request, name: str) -> Response:
        """How long until more errors would be seen, before a rollout is started."""
        entity = get_object_or_404(Entity.objects.services(), name=name.lower())
        shape = shapes.TrafficSerializer(data=request.query_params)
        shape.is_valid(raise_exception=True)
        data = shape.validated_data
        per_minute, rate = data.get("per_minute"), data.get("error_rate")
        known = None if per_minute and rate else traffic.of(entity)
        if known is None and not (per_minute and rate):
            words = "Nothing has been counted of this service yet: give per_minute and error_rate."
            raise ValidationError({"per_minute": words})
        counted = known or traffic.Traffic(0, 0, "typed")
        found = foresight.foresee(data["plan"].plan, per_minute or counted.per_minute, rate or counted.rate)
        value = {
            "per_minute": found.per_minute, "rate": found.rate, "source": counted.source,
            "segments": [step.name for step in found.steps], "sights": found.sights,
        }  # fmt: skip
        return Response(shapes.ForecastSerializer(value).data)


class ImportKayenta(APIView):
    """Kayenta configurations as plans."""

    write_role = "operator"

    @extend_schema(
        operation_id="plan_import_kayenta", request=shapes.KayentaImportSerializer, responses={201: PlanSerializer}
    )
    def post(self, request: Request) -> Response:
        """Store the next version of a plan that judges by this configuration; operators."""
        shape = shapes.KayentaImportSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data: dict[str, Any] = shape.validated_data
        try:
            definition = imported(data["config"], data["base"].definition, data.get("queries"))
        except PlanError as error:
            raise ValidationError({"config": str(error)}) from error
        with transaction.atomic():
            plan = plans.add(data["name"], definition, request.user.get_username())
            audit.record(request.user, "plan.import", f"plan:{plan}", severity="medium")
        return Response(PlanSerializer(plan).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("plans/kayenta/", ImportKayenta.as_view(), name="api-plan-import"),
    path("forecast/<str:name>/", ForecastOf.as_view(), name="api-forecast"),
    path("rollouts/<int:pk>/samples/", Samples.as_view(), name="api-rollout-samples"),
    path("rollouts/<int:pk>/metrics/", Metrics.as_view(), name="api-rollout-metrics"),
    path("rollouts/<int:pk>/replay/", Replay.as_view(), name="api-rollout-replay"),
]
