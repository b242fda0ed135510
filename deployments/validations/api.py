"""REST of validations: hosts and tests of a rollout, the answers of tests, and what may be run on hosts."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.engine import hooks
from deployments.models import HostCheck, HostHealth, HostScript, PostTest, Rollout
from deployments.validations import answers, register
from deployments.validations import serializers as shapes
from portal.access.throttle import CallThrottle


class AnswerThrottle(CallThrottle):
    """Answers by address: functions of many rollouts may come from one, and yet nobody can search for tokens."""

    scope = "post-test"
    rate = "600/min"


class Answer(APIView):
    """Where a post-deployment test says how it went. Its token is all that it needs."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [AnswerThrottle]

    @extend_schema(
        operation_id="post_test_answer",
        request=shapes.SaySerializer,
        responses=shapes.TestAnswerTakenSerializer,
        auth=[],
    )
    def post(self, request: Request, token: str) -> Response:
        """The first final answer in time counts; later ones are kept and change nothing."""
        test = answers.test_of(token)
        if test is None:
            raise Http404
        try:
            answer = hooks.read(request.data)
        except hooks.NoAnswer as error:
            raise ValidationError({"status": str(error)}) from error
        taken = answers.take(test, answer)
        return Response({"test": test.name, "state": taken.test.state, "counted": taken.counted, "why": taken.why})


class Hosts(APIView):
    """The hosts of a rollout."""

    @extend_schema(operation_id="rollout_hosts", responses=shapes.HostsSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Their health as it was last seen, and what the test script said on each."""
        rollout = get_object_or_404(Rollout, pk=pk)
        health = [
            {
                "segment": row.segment.name, "attempt": row.attempt, "state": row.state, "note": row.note, "at": row.at,
                "hosts": row.hosts,
            }
            for row in HostHealth.objects.filter(rollout=rollout).select_related("segment").order_by("-segment__order")
        ]  # fmt: skip
        checks = HostCheck.objects.filter(rollout=rollout).select_related("segment")
        found = {"health": health, "checks": checks.order_by("-segment__order", "-attempt", "zone", "host")[:5000]}
        return Response(shapes.HostsSerializer(found).data)


class Tests(generics.ListAPIView[PostTest]):
    """The post-deployment tests of a rollout, newest first, with all their answers."""

    queryset = PostTest.objects.select_related("segment").prefetch_related("answers")
    serializer_class = shapes.PostTestSerializer
    filter_backends: list[Any] = []

    def get_queryset(self) -> Any:
        """Of this rollout; 404 where there is none."""
        get_object_or_404(Rollout, pk=self.kwargs["pk"])
        return super().get_queryset().filter(rollout=self.kwargs["pk"])


class Scripts(generics.ListAPIView[HostScript]):
    """What rollouts may run on hosts."""

    queryset = HostScript.objects.all()
    serializer_class = shapes.HostScriptSerializer
    filter_backends: list[Any] = []


class OneScript(APIView):
    """One script or document that rollouts may run on hosts."""

    @extend_schema(
        operation_id="host_script_put", request=shapes.HostScriptSerializer, responses=shapes.HostScriptSerializer
    )
    def put(self, request: Request, name: str) -> Response:
        """Register it, or change it; admins."""
        shape = shapes.HostScriptSerializer(data=request.data, context={"name": name})
        shape.is_valid(raise_exception=True)
        data = shape.validated_data
        row, made = register.put(name, data["kind"], data.get("body", ""), request.user)
        code = status.HTTP_201_CREATED if made else status.HTTP_200_OK
        return Response(shapes.HostScriptSerializer(row).data, status=code)

    @extend_schema(operation_id="host_script_remove", request=None, responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Take it away; admins."""
        register.remove(get_object_or_404(HostScript, name=name), request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("tests/<slug:token>/", Answer.as_view(), name="api-post-test-answer"),
    path("rollouts/<int:pk>/hosts/", Hosts.as_view(), name="api-rollout-hosts"),
    path("rollouts/<int:pk>/tests/", Tests.as_view(), name="api-rollout-tests"),
    path("host-scripts/", Scripts.as_view(), name="api-host-scripts"),
    path("host-scripts/<str:name>/", OneScript.as_view(), name="api-host-script"),
]
