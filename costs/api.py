"""REST of costs under /api/v1/costs/."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from costs import serializers as shapes
from costs.decide import decide
from costs.filters import SORTS, FindingFilter
from costs.models import CostReview, Finding
from costs.start import start
from portal.access import policy
from portal.api.base import Cursor


class BySaving(Cursor):
    """Findings in the order that the parameter `sort` asks for."""

    def get_ordering(self, request: Request, queryset: QuerySet[Finding], view: Any) -> tuple[str, ...]:
        """One of SORTS, the largest saving first without a wish."""
        return SORTS.get(request.query_params.get("sort", ""), SORTS["-saving"])


class Reviews(generics.ListAPIView[CostReview]):
    """Cost reviews, newest first."""

    write_role = "editor"
    queryset = CostReview.objects.all()
    serializer_class = shapes.ReviewSerializer
    filterset_fields = ["owner_ref", "state"]

    @extend_schema(
        operation_id="costs_reviews_start",
        request=shapes.ReviewRequestSerializer,
        responses={202: shapes.RunRefSerializer},
    )
    def post(self, request: Request) -> Response:
        """Ask for a review of one team (its editor) or of all (an editor of everything)."""
        asked = request.data.get("team", "") if isinstance(request.data, dict) else ""
        policy.require(request.user, "editor", asked if isinstance(asked, str) else "")
        body = shapes.ReviewRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        run = start(body.validated_data["team"], by=request.user)
        return Response({"run": run.pk, "url": run.get_absolute_url()}, status=status.HTTP_202_ACCEPTED)


class OneReview(generics.RetrieveAPIView[CostReview]):
    """One cost review with its findings and what it could not judge."""

    queryset = CostReview.objects.all()
    serializer_class = shapes.ReviewDetailSerializer


class Findings(generics.ListAPIView[Finding]):
    """Findings with the filters of the page; open and accepted ones unless `state` says otherwise."""

    queryset = Finding.objects.filter(service__removed_at=None).select_related("service")
    serializer_class = shapes.FindingSerializer
    filterset_class = FindingFilter
    pagination_class = BySaving


class OneFinding(generics.RetrieveAPIView[Finding]):
    """One finding, and the decision about it."""

    write_role = "editor"
    queryset = Finding.objects.select_related("service")
    serializer_class = shapes.FindingSerializer

    @extend_schema(
        operation_id="costs_findings_decide", request=shapes.DecisionSerializer, responses=shapes.FindingSerializer
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Accept, dismiss, snooze, finish or reopen it."""
        finding = self.get_object()
        body = shapes.DecisionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        row = decide(finding, said["state"], by=request.user, reason=said["reason"], until=said["snoozed_until"])
        return Response(shapes.FindingSerializer(row).data)


urlpatterns = [
    path("reviews/", Reviews.as_view(), name="api-costs-reviews"),
    path("reviews/<int:pk>/", OneReview.as_view(), name="api-costs-review"),
    path("findings/", Findings.as_view(), name="api-costs-findings"),
    path("findings/<int:pk>/", OneFinding.as_view(), name="api-costs-finding"),
]
