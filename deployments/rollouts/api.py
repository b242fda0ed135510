"""REST of rollouts: start one, follow it, and what an operator does to it."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments import queries
from deployments import serializers as shapes
from deployments.engine.rollout import IllegalMove
from deployments.filters import RolloutFilter
from deployments.models import Rollout
from deployments.rollouts import control
from deployments.rollouts.start import CannotStart, start
from portal.access import policy


class Conflict(APIException):
    """The rollout is not in a state that allows this."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


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
        except control.ReasonWanted as error:
            raise ValidationError({"reason": str(error)}) from error
        except (IllegalMove, CannotStart) as error:
            raise Conflict(str(error)) from error
        return Response(shapes.RolloutSerializer(moved).data)


class Pause(Act):
    """Stop before the next weight."""

    @extend_schema(operation_id="rollout_pause", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Stop before the next weight; the traffic stays as it is and is still judged."""
        return self.act(request, pk, control.pause)


class Resume(Act):
    """Go on."""

    @extend_schema(operation_id="rollout_resume", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Go on; a segment that was baking bakes anew."""
        return self.act(request, pk, control.resume)


class Promote(Act):
    """Pass the current segment without waiting for its verdict."""

    @extend_schema(operation_id="rollout_promote", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Pass the current segment without waiting for its verdict; without a good one a reason is needed."""
        return self.act(request, pk, control.promote)


class Abort(Act):
    """End a rollout that still moves."""

    @extend_schema(operation_id="rollout_abort", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """End a rollout that still moves: what was changed goes back."""
        return self.act(request, pk, control.abort)


class Retry(Act):
    """Start a rollout that failed once more, as a rollout of its own."""

    @extend_schema(operation_id="rollout_retry", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Start a rollout that failed once more, as a rollout of its own."""
        return self.act(request, pk, control.retry)


class RollBack(Act):
    """Send all traffic back to the version from before."""

    @extend_schema(
        operation_id="rollout_roll_back", request=shapes.ReasonSerializer, responses=shapes.RolloutSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Send all traffic back to the version from before; the reply comes before the traffic has moved."""
        return self.act(request, pk, control.roll_back)


urlpatterns = [
    path("", Rollouts.as_view(), name="api-rollouts"),
    path("<int:pk>/", OneRollout.as_view(), name="api-rollout"),
    path("<int:pk>/pause/", Pause.as_view(), name="api-rollout-pause"),
    path("<int:pk>/resume/", Resume.as_view(), name="api-rollout-resume"),
    path("<int:pk>/promote/", Promote.as_view(), name="api-rollout-promote"),
    path("<int:pk>/abort/", Abort.as_view(), name="api-rollout-abort"),
    path("<int:pk>/retry/", Retry.as_view(), name="api-rollout-retry"),
    path("<int:pk>/rollback/", RollBack.as_view(), name="api-rollout-rollback"),
]
