"""REST of approvals: list them, give one, take them back."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chaos import approvals, queries
from chaos.engine.definition import Invalid
from chaos.models import Approval
from chaos.serializers import Closed


class ExperimentApprovalSerializer(serializers.ModelSerializer[Approval]):
    """An approval."""

    class Meta:
        model = Approval
        fields = [
            "id", "experiment_sha256", "bound_to", "standing", "by", "reason", "at", "expires_at", "withdrawn_at",
            "withdrawn_by",
        ]  # fmt: skip
        read_only_fields = fields


class ApproveSerializer(Closed):
    """What an approval needs: the hash of the targets that were looked at."""

    targets_hash = serializers.RegexField(r"^[0-9a-f]{64}$", help_text="`preview.targets_hash` of the experiment.")
    standing = serializers.BooleanField(required=False, default=False, help_text="For the runs of its schedule.")
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class Approvals(APIView):
    """Approvals of an experiment by a second person."""

    write_role = "operator"

    @extend_schema(operation_id="chaos_approvals", responses=ExperimentApprovalSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """The newest fifty, also those that no longer count."""
        found = get_object_or_404(queries.experiments(), slug=slug)
        return Response(ExperimentApprovalSerializer(found.approvals.all()[:50], many=True).data)

    @extend_schema(
        operation_id="chaos_approve", request=ApproveSerializer, responses={201: ExperimentApprovalSerializer}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Approve the experiment as it is and what it would hit; an operator of the team who did not write it."""
        found = get_object_or_404(queries.experiments(), slug=slug)
        self.check_object_permissions(request, found)
        asked = ApproveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data: dict[str, Any] = asked.validated_data
        try:
            made = approvals.approve(
                found, request.user, data["targets_hash"], standing=data["standing"], reason=data["reason"]
            )
        except Invalid as error:
            raise ValidationError({error.field: [error.message]}) from error
        return Response(ExperimentApprovalSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="chaos_approvals_withdraw", responses={200: ExperimentApprovalSerializer(many=True)})
    def delete(self, request: Request, slug: str) -> Response:
        """Take back every approval that still counts."""
        found = get_object_or_404(queries.experiments(), slug=slug)
        self.check_object_permissions(request, found)
        approvals.withdraw(found, request.user)
        return Response(ExperimentApprovalSerializer(found.approvals.all()[:50], many=True).data)
