"""REST for pipelines that move the traffic themselves: which step to take, and the report that it was taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments import queries
from deployments.engine.rollout import State
from deployments.intake.oidc.authentication import CI_OR_USER, check_reporter
from deployments.models import CiIdentity, Rollout
from deployments.rollouts.claim import log
from deployments.targets import external
from deployments.targets.traffic import same, share_of
from portal.access import audit

BACK = (State.ROLLING_BACK, State.ROLLED_BACK, State.FAILED)


class NotExternal(APIException):
    """The rollout moves its traffic by itself, or has ended."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class StepSerializer(serializers.Serializer[Any]):
    """The step to take: `go` true: set `weight` (percent) now and report it; null: wait; false: go back to 0."""

    segment = serializers.CharField()
    weight = serializers.FloatField()
    go = serializers.BooleanField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())


class ReportSerializer(serializers.Serializer[Any]):
    """What the pipeline has set: `weight` percent of the traffic goes to `version` (the rollout's, if not said)."""

    weight = serializers.FloatField(min_value=0, max_value=100)
    version = serializers.RegexField(r"^\S{1,100}$", required=False)

    def validate_weight(self, value: float) -> float:
        """A number: true is none, although it counts as 1."""
        if isinstance(self.initial_data.get("weight"), bool):
            raise serializers.ValidationError("Give a number from 0 to 100.")
        return value


class Step(APIView):
    """The step of a rollout whose target is an external pipeline."""

    write_role = "editor"
    authentication_classes = CI_OR_USER
    ci_methods = ("GET", "POST")

    @extend_schema(operation_id="rollout_step", responses=StepSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Which share to give to the new version now, and why or why not."""
        rollout = self._rollout(pk)
        if isinstance(request.auth, CiIdentity):
            check_reporter(request, rollout.entity)
        return Response(StepSerializer(answer(rollout)).data)

    @extend_schema(operation_id="rollout_step_report", request=ReportSerializer, responses=StepSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Report the share that was set; the same report twice is the same report."""
        rollout = self._rollout(pk)
        check_reporter(request, rollout.entity)
        shape = ReportSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        if not rollout.active:
            raise NotExternal(f"The rollout is {rollout.state}: a report changes nothing any more.")
        weight = shape.validated_data["weight"]
        version = shape.validated_data.get("version") or rollout.target["canary"]
        by = request.user.get_username()
        with transaction.atomic():
            external.report(rollout.target, version, weight, by)
            detail = {"entity": rollout.entity.ref, "weight": weight, "version": version}
            audit.record(request.user, "rollout.step", f"rollout:{rollout.pk}", severity="medium", **detail)
            Rollout.objects.filter(pk=rollout.pk).update(due_at=timezone.now())
        log(rollout, f"{rollout.target['pipeline']} reports {weight:g} % on {version}", by)
        return Response(StepSerializer(answer(rollout)).data)

    def _rollout(self, pk: int) -> Rollout:
        rollout = get_object_or_404(queries.rollouts(), pk=pk)
        if rollout.target.get("kind") != external.EXTERNAL:
            raise NotExternal("This rollout moves its traffic by itself: there is no step for a pipeline to take.")
        return rollout


def answer(rollout: Rollout) -> dict[str, Any]:
    """The step as a pipeline reads it."""
    wanted, reported = external.step_of(rollout.target)
    canary, state = rollout.target["canary"], State(rollout.state)
    now = share_of(reported, canary) * 100
    if state in BACK:
        return _step(rollout, 0.0, False, [rollout.reason or "The rollout was taken back."])
    if state == State.SUCCEEDED:
        return _step(rollout, 100.0, True, [f"{rollout.version} has passed all segments."])
    if state == State.PAUSED:
        return _step(rollout, now, None, [rollout.paused_reason or "The rollout is paused."])
    if wanted is None or same(wanted, reported):
        return _step(rollout, now, None, [_waits(rollout)])
    return _step(rollout, share_of(wanted, canary) * 100, True, [])


def _waits(rollout: Rollout) -> str:
    segment = _segment(rollout)
    return f"{segment or 'The next segment'} is being asked for and judged."


def _segment(rollout: Rollout) -> str:
    found = rollout.segments.filter(order=rollout.segment_index).first()
    return found.name if found else ""


def _step(rollout: Rollout, weight: float, go: bool | None, reasons: Sequence[str]) -> dict[str, Any]:
    return {"segment": _segment(rollout), "weight": round(weight, 2), "go": go, "reasons": list(reasons)}


urlpatterns = [path("rollouts/<int:pk>/step/", Step.as_view(), name="api-rollout-step")]
