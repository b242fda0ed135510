"""REST of the shell: who am I, jobs, schedules, accounts, audit."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.access import audit, policy
from portal.access.models import AuditEvent
from portal.api import serializers as shapes
from portal.api.base import Cursor
from portal.aws.models import Account
from portal.jobs import runner
from portal.jobs.filters import RunFilter
from portal.jobs.models import Run, Schedule


@login_not_required
def index(request: HttpRequest) -> JsonResponse:
    """Where to start."""
    return JsonResponse({"schema": "/api/schema/", "docs": "/api/docs/", "me": "/api/v1/me/"})


class Me(APIView):
    """Who calls, with which roles."""

    @extend_schema(operation_id="me", responses=shapes.MeSerializer)
    def get(self, request: Request) -> Response:
        """Name, teams, and the role by team ("" = everywhere)."""
        user: Any = request.user
        roles = {grant.team_ref: grant.role for grant in user.grants.all()}
        return Response({"username": user.get_username(), "teams": policy.teams(user), "roles": roles})


class Runs(generics.ListAPIView[Run]):
    """Runs, newest first."""

    queryset = Run.objects.all()
    serializer_class = shapes.RunSerializer
    filterset_class = RunFilter


class OneRun(generics.RetrieveAPIView[Run]):
    """One run, with its progress and log."""

    queryset = Run.objects.all()
    serializer_class = shapes.RunSerializer


class CancelRun(APIView):
    """Stop a run."""

    write_role = "operator"

    @extend_schema(operation_id="run_cancel", request=None, responses=shapes.RunSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Ask the run to stop; an ended run is returned as it is."""
        run = get_object_or_404(Run, pk=pk)
        runner.cancel(run, request.user)
        run.refresh_from_db()
        return Response(shapes.RunSerializer(run).data)


class ByKey(Cursor):
    """Pages in alphabetical order."""

    ordering = "key"


class Schedules(generics.ListAPIView[Schedule]):
    """Schedules, by key."""

    queryset = Schedule.objects.all()
    serializer_class = shapes.ScheduleSerializer
    pagination_class = ByKey


class Accounts(generics.ListCreateAPIView[Account]):
    """AWS accounts; for admins."""

    read_role = "admin"
    write_role = "admin"
    queryset = Account.objects.all()
    serializer_class = shapes.AccountSerializer

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add an AWS account with its roles; the answer holds the external id for their trust policies."""
        return super().post(request, *args, **kwargs)

    def perform_create(self, serializer: Any) -> None:
        """The row and its audit line come together or not at all."""
        with transaction.atomic():
            account = serializer.save()
            audit.record(self.request.user, "account.create", f"account:{account.account_id}", severity="high")


class Audit(generics.ListAPIView[AuditEvent]):
    """The audit trail; for admins."""

    read_role = "admin"
    queryset = AuditEvent.objects.all()
    serializer_class = shapes.AuditSerializer
    filterset_fields = ["actor", "action", "target", "severity"]
