"""REST of chaos. Permission is asked before validation; starting anything only writes a row that a worker takes up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chaos import (
    approvals_api,
    calendar_api,
    coverage_api,
    engines_api,
    experiments,
    gameday_api,
    halts,
    import_api,
    queries,
    serializers,
    start,
    suite_api,
)
from chaos.engine.definition import Invalid
from chaos.filters import ExperimentFilter, RunFilter
from chaos.models import Experiment, ExperimentRun, KillSwitch
from portal.access import policy
from services.models import Entity


def _as_400(error: Invalid) -> ValidationError:
    return ValidationError({error.field: [error.message]})


def _require(user: Any, owner: str, *, runs: bool) -> None:
    """Editing needs an editor of the owning team; whatever lets it run by itself needs an operator."""
    policy.require(user, "operator" if runs else "editor", owner)


class Experiments(generics.ListCreateAPIView[Experiment]):
    """Experiments, newest first."""

    write_role = "editor"
    queryset = queries.experiments()
    serializer_class = serializers.ExperimentSerializer
    filterset_class = ExperimentFilter

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Plan an experiment; an editor of the owning team, and an operator where it is to run on a schedule."""
        return super().post(request, *args, **kwargs)

    def perform_create(self, serializer: Any) -> None:
        """Find the service, ask for the right on it, then check the definition."""
        fields: dict[str, Any] = dict(serializer.validated_data)
        service = Entity.objects.by_ref(fields.pop("service")["ref"]).filter(kind="component").first()
        if service is None:
            raise ValidationError(
                {"service": ["No such service. Use an entity ref such as component:default/checkout."]}
            )
        _require(self.request.user, service.owner_ref, runs=bool(fields.get("enabled")))
        try:
            serializer.instance = experiments.create(service, fields, self.request.user)
        except Invalid as error:
            raise _as_400(error) from error


class OneExperiment(generics.RetrieveUpdateAPIView[Experiment]):
    """One experiment, by its slug."""

    write_role = "editor"
    queryset = queries.experiments()
    serializer_class = serializers.ExperimentSerializer
    lookup_field = "slug"
    http_method_names = ["get", "patch", "head", "options"]

    def perform_update(self, serializer: Any) -> None:
        """Edit it. A planned run of the version before is blocked."""
        fields: Mapping[str, Any] = serializer.validated_data
        found: Experiment = serializer.instance
        if "service" in fields:
            raise ValidationError({"service": ["An experiment stays with its service: create another one."]})
        _require(self.request.user, found.owner_ref, runs=found.enabled or bool(fields.get("enabled")))
        try:
            serializer.instance = experiments.change(found, fields, self.request.user)
        except Invalid as error:
            raise _as_400(error) from error


class RunNow(APIView):
    """Start an experiment."""

    write_role = "operator"

    @extend_schema(
        operation_id="chaos_experiment_run", request=None, responses={202: serializers.ExperimentRunSerializer}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Plan a run for now. Guards are asked by the worker that takes it; watch the run for the answer."""
        found = get_object_or_404(queries.experiments(), slug=slug)
        self.check_object_permissions(request, found)
        run = start.create(found, timezone.now(), by=request.user.get_username())
        if run is None:
            raise ValidationError({"non_field_errors": ["This moment has its run already: try again."]})
        return Response(serializers.ExperimentRunSerializer(run).data, status=status.HTTP_202_ACCEPTED)


class Runs(generics.ListAPIView[ExperimentRun]):
    """Runs, newest first."""

    queryset = ExperimentRun.objects.select_related("experiment", "service")
    serializer_class = serializers.ExperimentRunSerializer
    filterset_class = RunFilter


class OneRun(generics.RetrieveAPIView[ExperimentRun]):
    """One run with its measurements and log."""

    queryset = ExperimentRun.objects.select_related("experiment", "service").prefetch_related("events")
    serializer_class = serializers.ExperimentRunDetailSerializer


class AbortRun(APIView):
    """Stop a run."""

    write_role = "operator"

    @extend_schema(operation_id="chaos_run_abort", request=None, responses={202: serializers.ExperimentRunSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Ask the run to stop and undo; a run that is over is answered as it is."""
        run = get_object_or_404(ExperimentRun.objects.select_related("experiment", "service"), pk=pk)
        self.check_object_permissions(request, run)
        start.abort(run, request.user)
        run.refresh_from_db()
        return Response(serializers.ExperimentRunSerializer(run).data, status=status.HTTP_202_ACCEPTED)


class Halt(APIView):
    """The kill switch."""

    write_role = "operator"

    @extend_schema(operation_id="chaos_halts", responses=serializers.HaltSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The halts that stand."""
        return Response(serializers.HaltSerializer(halts.standing(), many=True).data)

    @extend_schema(
        operation_id="chaos_halt",
        request=serializers.HaltRequestSerializer,
        responses={201: serializers.HaltSerializer},
    )
    def post(self, request: Request) -> Response:
        """Halt everything or one team: running faults are taken out, starts are blocked until it is cleared."""
        asked = serializers.HaltRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = halts.halt(request.user, asked.validated_data["reason"], asked.validated_data["scope"])
        return Response(serializers.HaltSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="chaos_halt_clear",
        parameters=[
            OpenApiParameter("reason", str, required=True, description="Why it may be cleared."),
            OpenApiParameter("scope", str, description='"all" (default) or a team\'s entity ref.'),
        ],
        responses={200: serializers.HaltSerializer},
    )
    def delete(self, request: Request) -> Response:
        """Clear a halt; for everything that needs an operator of everything or an admin."""
        scope = request.query_params.get("scope", "all")
        policy.require(request.user, "operator", "" if scope == "all" else scope)
        asked = serializers.HaltRequestSerializer(
            data={"reason": request.query_params.get("reason", ""), "scope": scope}
        )
        asked.is_valid(raise_exception=True)
        standing = get_object_or_404(KillSwitch, scope=scope, cleared_at=None)
        halts.clear(request.user, asked.validated_data["reason"], scope)
        standing.refresh_from_db()
        return Response(serializers.HaltSerializer(standing).data)


urlpatterns = [
    *import_api.urlpatterns,
    path("experiments/", Experiments.as_view(), name="api-chaos-experiments"),
    path("experiments/<slug:slug>/", OneExperiment.as_view(), name="api-chaos-experiment"),
    path("experiments/<slug:slug>/run/", RunNow.as_view(), name="api-chaos-run-now"),
    path("experiments/<slug:slug>/approvals/", approvals_api.Approvals.as_view(), name="api-chaos-approvals"),
    path("runs/", Runs.as_view(), name="api-chaos-runs"),
    path("runs/<int:pk>/", OneRun.as_view(), name="api-chaos-run"),
    path("runs/<int:pk>/abort/", AbortRun.as_view(), name="api-chaos-abort"),
    path("halt/", Halt.as_view(), name="api-chaos-halt"),
    *engines_api.urlpatterns,
    *calendar_api.urlpatterns,
    *coverage_api.urlpatterns,
    *gameday_api.urlpatterns,
    *suite_api.urlpatterns,
]
