"""REST of suites."""

from __future__ import annotations

from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chaos.calendar_api import answered
from chaos.models import Experiment
from chaos.serializers import Closed, ExperimentRunSerializer
from chaos.suites import advance, write
from chaos.suites.models import STATES, Suite, SuiteRun
from portal.access import policy
from services.models import Entity

SUITES = Suite.objects.filter(service__removed_at=None).select_related("service").order_by("-id")


class SuiteRunSerializer(serializers.ModelSerializer[SuiteRun]):
    """One slot of a suite with the runs of its experiments."""

    state = serializers.CharField(read_only=True, help_text=f"One of {', '.join(STATES)}.")
    runs = serializers.SerializerMethodField()

    class Meta:
        model = SuiteRun
        fields = ["id", "slot_at", "requested_by", "state", "reason", "runs", "created_at", "ended_at"]
        read_only_fields = fields

    def get_runs(self, row: SuiteRun) -> list[dict[str, Any]]:
        """The runs in their order."""
        steps = row.steps.select_related("run__experiment", "run__service")
        return [dict(ExperimentRunSerializer(step.run).data) for step in steps]


class SuiteSerializer(Closed, serializers.ModelSerializer[Suite]):
    """A suite. `experiments` are slugs of experiments of the service, in their order."""

    service = serializers.CharField(
        source="service.ref", max_length=200, help_text="Such as component:default/checkout."
    )
    experiments = serializers.ListField(child=serializers.SlugField(max_length=80), max_length=write.MOST)

    class Meta:
        model = Suite
        fields = ["id", "service", *write.FIELDS, "experiments", "created_by", "created_at"]
        read_only_fields = ["id", "created_by", "created_at"]

    def to_representation(self, instance: Suite) -> dict[str, Any]:
        """Slugs in place of keys."""
        known = dict(Experiment.objects.filter(pk__in=instance.experiments).values_list("pk", "slug"))
        data = super().to_representation(instance)
        return data | {"experiments": [known[pk] for pk in instance.experiments if pk in known]}


class SuiteFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`service` (name), `enabled`."""

    service = django_filters.CharFilter(field_name="service__name")
    enabled = django_filters.BooleanFilter()

    class Meta:
        model = Suite
        fields = ["service", "enabled"]


class Suites(generics.ListCreateAPIView[Suite]):
    """Suites, newest first."""

    write_role = "operator"
    queryset = SUITES
    serializer_class = SuiteSerializer
    filterset_class = SuiteFilter

    def perform_create(self, serializer: Any) -> None:
        """Operators of the team that owns the service."""
        fields = dict(serializer.validated_data)
        service = Entity.objects.services().by_refs([fields.pop("service")["ref"].lower()]).first()
        if service is None:
            raise ValidationError({"service": ["No such service. Use a ref such as component:default/checkout."]})
        with answered():
            serializer.instance = write.save(None, service, fields, self.request.user)


class OneSuite(generics.RetrieveUpdateDestroyAPIView[Suite]):
    """One suite."""

    write_role = "operator"
    queryset = SUITES
    serializer_class = SuiteSerializer
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> Suite:
        """The row; writing needs an operator of its team."""
        found: Suite = generics.get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        if self.request.method not in SAFE_METHODS:
            policy.require(self.request.user, "operator", found.owner_ref)
        return found

    def perform_update(self, serializer: Any) -> None:
        """Change it; it stays with its service."""
        fields = dict(serializer.validated_data)
        if "service" in fields:
            raise ValidationError({"service": ["A suite stays with its service: create another one."]})
        with answered():
            serializer.instance = write.save(
                serializer.instance, serializer.instance.service, fields, self.request.user
            )

    def perform_destroy(self, instance: Suite) -> None:
        """Remove it with its schedule."""
        write.remove(instance, self.request.user)


class SuiteRuns(APIView):
    """Runs of a suite."""

    write_role = "operator"

    @extend_schema(operation_id="chaos_suite_runs", responses={200: SuiteRunSerializer(many=True)})
    def get(self, request: Request, pk: int) -> Response:
        """The newest twenty."""
        found = get_object_or_404(SUITES, pk=pk)
        return Response(SuiteRunSerializer(found.runs.all()[:20], many=True).data)

    @extend_schema(operation_id="chaos_suite_run", request=None, responses={202: SuiteRunSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Begin it now; each of its experiments asks the guards."""
        found = get_object_or_404(SUITES, pk=pk)
        policy.require(request.user, "operator", found.owner_ref)
        made = advance.begin(found, timezone.now(), by=request.user.get_username())
        if made is None:
            raise ValidationError({"non_field_errors": ["The suite's run before still goes on: wait for it."]})
        return Response(SuiteRunSerializer(made).data, status=status.HTTP_202_ACCEPTED)


urlpatterns = [
    path("suites/", Suites.as_view(), name="api-chaos-suites"),
    path("suites/<int:pk>/", OneSuite.as_view(), name="api-chaos-suite"),
    path("suites/<int:pk>/runs/", SuiteRuns.as_view(), name="api-chaos-suite-runs"),
]
