"""REST of senders and CI identities; for admins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.intake import serializers as shapes
from deployments.intake.oidc import manage as identities
from deployments.intake.senders import manage
from deployments.models import CiIdentity, HookSender


class Senders(generics.ListCreateAPIView[HookSender]):
    """Senders of hooks."""

    read_role = write_role = "admin"
    queryset = HookSender.objects.order_by("-id")
    serializer_class = shapes.SenderSerializer

    @extend_schema(request=shapes.NewSenderSerializer, responses={201: shapes.SenderSecretSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a sender; the answer holds its secret, which is never shown again."""
        shape = shapes.NewSenderSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        fields = dict(shape.validated_data)
        scheme, secret = fields.pop("scheme"), fields.pop("secret")
        try:
            sender, clear = manage.create(fields, request.user, scheme=scheme, secret=secret)
        except manage.Unfit as error:
            raise ValidationError({error.field: [str(error)]}) from error
        body = {"sender": shapes.SenderSerializer(sender).data, "secret": clear}
        return Response(body, status=status.HTTP_201_CREATED)


class OneSender(generics.RetrieveAPIView[HookSender]):
    """One sender."""

    read_role = write_role = "admin"
    queryset = HookSender.objects.all()
    serializer_class = shapes.SenderSerializer

    @extend_schema(request=shapes.SenderSerializer(partial=True), responses=shapes.SenderSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change scope, topics or rate, or switch it on or off. Name and dialect stay."""
        sender = get_object_or_404(HookSender, pk=pk)
        shape = shapes.SenderSerializer(sender, data=request.data, partial=True)
        shape.is_valid(raise_exception=True)
        try:
            manage.change(sender, shape.validated_data, request.user)
        except manage.Unfit as error:
            raise ValidationError({error.field: [str(error)]}) from error
        return Response(shapes.SenderSerializer(sender).data)


class Rotate(APIView):
    """POST senders/{id}/rotate/."""

    write_role = "admin"

    @extend_schema(
        operation_id="sender_rotate", request=shapes.RotateSecretSerializer, responses=shapes.SenderSecretSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make the next secret; the one of before is good for `overlap_hours` still."""
        sender = get_object_or_404(HookSender, pk=pk)
        shape = shapes.RotateSecretSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data = shape.validated_data
        try:
            clear = manage.rotate(
                sender, request.user, overlap=timedelta(hours=data["overlap_hours"]), secret=data["secret"]
            )
        except manage.Unfit as error:
            raise ValidationError({error.field: [str(error)]}) from error
        return Response({"sender": shapes.SenderSerializer(sender).data, "secret": clear})


class CiIdentities(generics.ListCreateAPIView[CiIdentity]):
    """CI identities."""

    read_role = write_role = "admin"
    queryset = CiIdentity.objects.order_by("-id")
    serializer_class = shapes.CiIdentitySerializer

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bind the jobs of a repository to what they may report for."""
        return super().post(request, *args, **kwargs)

    def perform_create(self, serializer: Any) -> None:
        """With its audit line."""
        serializer.instance = identities.create(serializer.validated_data, self.request.user)


class OneCiIdentity(generics.RetrieveAPIView[CiIdentity]):
    """One CI identity."""

    read_role = write_role = "admin"
    queryset = CiIdentity.objects.all()
    serializer_class = shapes.CiIdentitySerializer

    @extend_schema(request=shapes.CiIdentitySerializer(partial=True), responses=shapes.CiIdentitySerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change its bounds or scope, or switch it on or off."""
        identity = get_object_or_404(CiIdentity, pk=pk)
        shape = shapes.CiIdentitySerializer(identity, data=request.data, partial=True)
        shape.is_valid(raise_exception=True)
        identities.change(identity, shape.validated_data, request.user)
        return Response(shapes.CiIdentitySerializer(identity).data)


urlpatterns = [
    path("senders/", Senders.as_view(), name="api-senders"),
    path("senders/<int:pk>/", OneSender.as_view(), name="api-sender"),
    path("senders/<int:pk>/rotate/", Rotate.as_view(), name="api-sender-rotate"),
    path("ci-identities/", CiIdentities.as_view(), name="api-ci-identities"),
    path("ci-identities/<int:pk>/", OneCiIdentity.as_view(), name="api-ci-identity"),
]
