"""REST of deployments and rollouts."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import include, path
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from deployments import ingest, plans, queries
from deployments import serializers as shapes
from deployments.filters import DeploymentFilter
from deployments.intake.oidc.authentication import CI_OR_USER, check_reporter
from deployments.models import Deployment, RolloutPlan
from portal.access import audit


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
        check_reporter(request, entity)
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


urlpatterns = [
    path("", Deployments.as_view(), name="api-deployments"),
    path("", include("deployments.intake.api")),
    path("plans/", Plans.as_view(), name="api-plans"),
    path("", include("deployments.judging.api")),
    path("rollouts/", include("deployments.rollouts.api")),
    path("", include("deployments.validations.api")),
    path("", include("deployments.gates.api")),
    path("", include("deployments.targets.external_api")),
    path("dora/", include("deployments.dora.api")),
]
