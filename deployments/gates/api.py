"""REST of the gates: go or no go, overrides, approvals, error budgets. The freezes and the pipelines have modules of their own."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import include, path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments import queries
from deployments.gates import approvals, ask, budgets, overrides
from deployments.gates import serializers as shapes
from deployments.gates.asked import asked
from deployments.gates.registry import Gate
from deployments.gates.rest import answered
from deployments.models import Approval, ErrorBudget, GateOverride, Rollout
from deployments.models.gates.decisions import APPROVED, DENIED
from deployments.serializers import ReasonSerializer
from portal.access import policy
from services.models import Entity


def _answer(entity: Entity, gates: list[Gate]) -> Response:
    allowed = not any(gate.blocks for gate in gates)
    body = {"service": entity.ref, "allowed": allowed, "at": timezone.now(), "gates": gates}
    return Response(shapes.GoSerializer(body).data)


class Gates(APIView):
    """Go or no go for any pipeline."""

    @extend_schema(operation_id="gates", parameters=[shapes.AskSerializer], responses=shapes.GoSerializer)
    def get(self, request: Request) -> Response:
        """Would a rollout of this service be let through now? Every gate with its reason; nothing is started or written."""
        shape = shapes.AskSerializer(
            data={name: asked(request.query_params, name, 200) for name in request.query_params}
        )
        shape.is_valid(raise_exception=True)
        entity, environment = shape.validated_data["service"], shape.validated_data["environment"]
        rules = ask.policy_of(shape.validated_data["plan"])
        return _answer(entity, ask.look(entity, rules, by=request.user.get_username(), environment=environment))


class OfRollout(APIView):
    """What belongs to one rollout."""

    write_role = "operator"

    def rollout(self, pk: int) -> Rollout:
        """The rollout, 404 where there is none."""
        return get_object_or_404(queries.rollouts(), pk=pk)


class RolloutGates(OfRollout):
    """The gates of a rollout."""

    @extend_schema(operation_id="rollout_gates", responses=shapes.GoSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """What the gates say of this rollout's current segment now, with what has been overridden."""
        found = self.rollout(pk)
        return _answer(found.entity, ask.standing(found))


class Overrides(OfRollout):
    """Overrides of the gates of a rollout."""

    @extend_schema(operation_id="rollout_overrides", responses=shapes.OverrideSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """The newest hundred first, those that are over too."""
        rows = GateOverride.objects.filter(rollout=self.rollout(pk)).order_by("-id")[:100]
        return Response(shapes.OverrideSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="rollout_override",
        request=shapes.OverrideRequestSerializer,
        responses={201: shapes.OverrideSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Let one gate that blocks pass, with a reason, for some minutes; the gate says which role that takes."""
        found = self.rollout(pk)
        self.check_object_permissions(request, found)
        shape = shapes.OverrideRequestSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        wanted = shape.validated_data
        gate = next((one for one in ask.standing(found) if one.code == wanted["gate"]), None)
        if gate is None:
            raise ValidationError({"gate": ["The rollout has no such gate: use a code of its list of gates."]})
        with answered():
            row = overrides.add(found, gate, request.user, wanted["reason"], wanted["minutes"])
        return Response(shapes.OverrideSerializer(row).data, status=status.HTTP_201_CREATED)


class OneOverride(generics.DestroyAPIView[GateOverride]):
    """End an override before its time."""

    write_role = "operator"
    queryset = GateOverride.objects.select_related("rollout__entity")
    serializer_class = shapes.OverrideSerializer

    def perform_destroy(self, instance: GateOverride) -> None:
        """It stays in the list, as revoked."""
        with answered():
            overrides.revoke(instance, self.request.user)


class Approvals(generics.ListAPIView[Approval]):
    """What was asked for and said about segments, newest first; `?rollout=` of one rollout."""

    serializer_class = shapes.ApprovalSerializer

    def get_queryset(self) -> QuerySet[Approval]:
        """All, or of one rollout."""
        rows = Approval.objects.select_related("rollout__entity", "segment").order_by("-id")
        wanted = self.request.query_params.get("rollout", "")
        if wanted and not wanted.isdigit():
            raise ValidationError({"rollout": ["Give the number of a rollout."]})
        return rows.filter(rollout=int(wanted[:18])) if wanted else rows


class Decide(OfRollout):
    """Approve or deny a segment. The plan says which role, how many people, and whether the starter may."""

    def decided(self, request: Request, pk: int, order: int, verdict: str) -> Response:
        """Object, right, body, in this order."""
        found = self.rollout(pk)
        self.check_object_permissions(request, found)
        segment = get_object_or_404(found.segments, order=order)
        shape = ReasonSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        with answered():
            row = approvals.decide(found, segment, request.user, verdict, shape.validated_data["reason"])
        return Response(shapes.ApprovalSerializer(row).data, status=status.HTTP_201_CREATED)


class Approve(Decide):
    """Approve a segment."""

    @extend_schema(operation_id="segment_approve", request=ReasonSerializer, responses={201: shapes.ApprovalSerializer})
    def post(self, request: Request, pk: int, order: int) -> Response:
        """Say yes; it counts for as long as the plan says."""
        return self.decided(request, pk, order, APPROVED)


class Deny(Decide):
    """Deny a segment."""

    @extend_schema(operation_id="segment_deny", request=ReasonSerializer, responses={201: shapes.ApprovalSerializer})
    def post(self, request: Request, pk: int, order: int) -> Response:
        """Say no, with a reason; it stands until the same person approves."""
        return self.decided(request, pk, order, DENIED)


class Budgets(generics.ListAPIView[ErrorBudget]):
    """Error budgets of all services; `?service=` by bare name."""

    write_role = "editor"
    serializer_class = shapes.BudgetSerializer

    def get_queryset(self) -> QuerySet[ErrorBudget]:
        """All, or of one service."""
        rows = ErrorBudget.objects.select_related("service")
        name = asked(self.request.query_params, "service", 200).rpartition("/")[2]
        return rows.filter(service__name__iexact=name) if name else rows

    @extend_schema(
        operation_id="budget_push", request=shapes.BudgetPushSerializer, responses={201: shapes.BudgetSerializer}
    )
    def post(self, request: Request) -> Response:
        """Push counts or what remains; editors of the owning team. The same moment again replaces what was sent for it."""
        shape = shapes.BudgetPushSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data: dict[str, Any] = dict(shape.validated_data)
        entity, slo, at = data.pop("service"), data.pop("slo"), data.pop("at")
        policy.require(request.user, "editor", entity.owner_ref)
        values = {name: data.pop(name) for name in ("total", "bad", "remaining")}
        with answered():
            budget = budgets.push(entity, request.user, slo=slo, at=at, values=values, **data)
        return Response(shapes.BudgetSerializer(budget).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("gates/", Gates.as_view(), name="api-gates"),
    path("rollouts/<int:pk>/gates/", RolloutGates.as_view(), name="api-rollout-gates"),
    path("rollouts/<int:pk>/overrides/", Overrides.as_view(), name="api-rollout-overrides"),
    path("overrides/<int:pk>/", OneOverride.as_view(), name="api-override"),
    path("approvals/", Approvals.as_view(), name="api-approvals"),
    path("rollouts/<int:pk>/segments/<int:order>/approve/", Approve.as_view(), name="api-segment-approve"),
    path("rollouts/<int:pk>/segments/<int:order>/deny/", Deny.as_view(), name="api-segment-deny"),
    path("budgets/", Budgets.as_view(), name="api-budgets"),
    path("", include("deployments.gates.freezes.api")),
    path("", include("deployments.gates.pipelines.api")),
]
