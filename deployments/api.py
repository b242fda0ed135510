"""REST of deployments and rollouts."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments import ingest, plans, queries
from deployments import serializers as shapes
from deployments.engine.rollout import IllegalMove
from deployments.filters import DeploymentFilter, RolloutFilter
from deployments.intake import reporters
from deployments.intake.oidc.authentication import CI_OR_USER, reporter_of
from deployments.intake.record import Refusal
from deployments.models import Deployment, Rollout, RolloutPlan
from deployments.rollouts import control
from deployments.rollouts.start import CannotStart, start
from portal.access import audit, policy


class Conflict(APIException):
    """The rollout is not in a state that allows this."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Deployments(generics.ListCreateAPIView[Deployment]):
    """Deployments of every source."""

    write_role = "editor"
    authentication_classes = CI_OR_USER
    queryset = queries.deployments()
    serializer_class = shapes.DeploymentSerializer
    filterset_class = DeploymentFilter

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Report a deployment: 201 the first time, 200 when it is known already."""
        shape = self.get_serializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data = dict(shape.validated_data)
        entity = data.pop("service")
        try:
            reporters.require(reporter_of(request), entity)
        except Refusal as error:
            raise PermissionDenied(str(error)) from error
        known = Deployment.objects.filter(source=data["source"], external_id=data["external_id"]).first()
        if known is not None and known.service_id != entity.pk:
            raise ValidationError(
                {"external_id": "Another service has reported a deployment under this source and id."}
            )
        row, is_new = ingest.record(entity, **data)
        if is_new:
            audit.record(
                request.user, "deployment.report", f"deployment:{row.pk}", entity=entity.ref, version=row.version
            )
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(row).data, status=code)


class Rollouts(generics.ListCreateAPIView[Rollout]):
    """Rollouts, newest first."""

    write_role = "operator"
    queryset = queries.rollouts()
    serializer_class = shapes.RolloutSerializer
    filterset_class = RolloutFilter

    @extend_schema(request=shapes.StartSerializer, responses={201: shapes.RolloutSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Start a rollout; operators of the team that owns the service."""
        shape = shapes.StartSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data = dict(shape.validated_data)
        entity, plan = data.pop("service"), data.pop("plan")
        policy.require(request.user, "operator", entity.owner_ref)
        try:
            rollout = start(entity, plan, by=request.user.get_username(), **data)
        except CannotStart as error:
            raise Conflict(str(error)) from error
        return Response(shapes.RolloutSerializer(rollout).data, status=status.HTTP_201_CREATED)


class Plans(generics.ListCreateAPIView[RolloutPlan]):
    """Plans with all their versions, newest first."""

    write_role = "operator"
    queryset = RolloutPlan.objects.all()
    serializer_class = shapes.PlanSerializer

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a plan, or the next version of one; operators."""
        return super().post(request, *args, **kwargs)

    def perform_create(self, serializer: Any) -> None:
        """Store the next version; the audit line comes with it or neither does."""
        data, by = serializer.validated_data, self.request.user
        with transaction.atomic():
            serializer.instance = plans.add(data["name"], data["definition"], by.get_username())
            audit.record(by, "plan.add", f"plan:{serializer.instance}", severity="medium")


class OneRollout(generics.RetrieveAPIView[Rollout]):
    """One rollout with its segments, judgements and steps."""

    queryset = queries.rollouts()
    serializer_class = shapes.OneRolloutSerializer


class Act(APIView):
    """What an operator of the owning team does to a rollout."""

    write_role = "operator"

    def act(self, request: Request, pk: int, operation: Any) -> Response:
        """Check the object, the role and the reason, in this order; then act."""
        rollout = get_object_or_404(queries.rollouts(), pk=pk)
        self.check_object_permissions(request, rollout)
        shape = shapes.ReasonSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        try:
            moved = operation(rollout, request.user, shape.validated_data["reason"])
        except IllegalMove as error:
            raise Conflict(str(error)) from error
        return Response(shapes.RolloutSerializer(moved).data)


class Pause(Act):
    """Pause."""

    @extend_schema(operation_id="rollout_pause", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Stop before the next weight; the traffic stays as it is and is still judged."""
        return self.act(request, pk, control.pause)


class Resume(Act):
    """Resume."""

    @extend_schema(operation_id="rollout_resume", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Go on; a segment that was baking bakes anew."""
        return self.act(request, pk, control.resume)


class Promote(Act):
    """Promote."""

    @extend_schema(operation_id="rollout_promote", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Pass the current segment without waiting for its verdict."""
        return self.act(request, pk, control.promote)


class RollBack(Act):
    """Roll back."""

    @extend_schema(
        operation_id="rollout_roll_back", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Send all traffic back to the version from before; the reply comes before the traffic has moved."""
        return self.act(request, pk, control.roll_back)


urlpatterns: list[Any] = [
    path("", Deployments.as_view(), name="api-deployments"),
    path("", include("deployments.intake.api")),
    path("plans/", Plans.as_view(), name="api-plans"),
    path("rollouts/", Rollouts.as_view(), name="api-rollouts"),
    path("rollouts/<int:pk>/", OneRollout.as_view(), name="api-rollout"),
    path("rollouts/<int:pk>/pause/", Pause.as_view(), name="api-rollout-pause"),
    path("rollouts/<int:pk>/resume/", Resume.as_view(), name="api-rollout-resume"),
    path("rollouts/<int:pk>/promote/", Promote.as_view(), name="api-rollout-promote"),
    path("rollouts/<int:pk>/rollback/", RollBack.as_view(), name="api-rollout-rollback"),
]
