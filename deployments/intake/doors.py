"""The two doors for events: /api/v1/events/ for CDEvents and CloudEvents, /api/v1/hooks/<dialect>/ for webhooks.

Bodies are taken as bytes; nothing is parsed before its sender is known.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from deployments.intake.dialects import cloudevents
from deployments.intake.oidc.authentication import CI_OR_USER, reporter_of
from deployments.intake.record import Message, Refusal
from deployments.intake.reporters import ScopedReporter, seen
from deployments.intake.senders import signatures, sns
from deployments.intake.take import Refused, take
from deployments.intake.throttle import AddressThrottle, SenderThrottle
from deployments.models import HookSender
from deployments.models.senders import HOOK_DIALECTS, SNS
from portal.api.base import TooLarge

LARGEST = 1_048_576
"""Bytes of a body. The largest real ones, pushes of many commits, have some hundred kilobytes."""
TYPES = ("application/json", cloudevents.STRUCTURED, cloudevents.BATCH)


class TooLargeEvent(TooLarge):
    """413."""

    default_detail = "The body is larger than 1 MiB: send fewer events at once."


class WrongType(exceptions.APIException):
    """415."""

    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_code = "unsupported-type"


class Later(exceptions.APIException):
    """503 with Retry-After."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "not-yet"
    wait = 5


class EventOutcomeSerializer(serializers.Serializer[Any]):
    """What became of one event; `state` is accepted, duplicate, ignored or refused."""

    state = serializers.CharField()
    event_id = serializers.CharField(required=False)
    kind = serializers.CharField(required=False)
    service = serializers.CharField(required=False)
    deployment = serializers.IntegerField(required=False, allow_null=True)
    reason = serializers.CharField(required=False)
    field = serializers.CharField(required=False)
    remedy = serializers.CharField(required=False)
    refused_event = serializers.IntegerField(required=False)


class EventResultsSerializer(serializers.Serializer[Any]):
    """The outcomes in the order of the events."""

    results = EventOutcomeSerializer(many=True)


class AlwaysJson(BaseContentNegotiation):
    """Senders of hooks ask for all kinds of answers; they get JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Nothing is parsed here."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """JSON."""
        return renderers[0], renderers[0].media_type


class Door(APIView):
    """What both doors do."""

    content_negotiation_class = AlwaysJson

    def message(self, request: Request, types: tuple[str, ...]) -> Message:
        """The body with its headers. Raises 413 and 415."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > LARGEST:
            raise TooLargeEvent()
        body = request._request.body
        headers = {name.lower(): value for name, value in request._request.headers.items()}
        found = Message(body, headers)
        kind = cloudevents.content_type(found)
        if kind not in types:
            raise WrongType(f"Content-Type {kind[:60] or 'nothing'} is not read: send {' or '.join(types)}.")
        return found

    def answer(self, outcomes: list[Any]) -> Response:
        """202 where something was taken, 200 where nothing was new, else the status of the first refusal."""
        refusals = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        if outcomes and len(refusals) == len(outcomes):
            return _problem(refusals[0].refusal, [one.answer() for one in refusals])
        body = [one.answer() if isinstance(one, Refused) else vars(one) for one in outcomes]
        new = any(one["state"] == "accepted" for one in body)
        return Response({"results": body}, status=status.HTTP_202_ACCEPTED if new else status.HTTP_200_OK)


def _problem(error: Refusal, results: list[dict[str, Any]]) -> Response:
    code = {400: "invalid", 403: "forbidden", 409: "conflict"}.get(error.status, "refused")
    fields = {error.field: [f"{error.reason} {error.remedy}"]} if error.field else {}
    return Response(
        {"error": {"code": code, "message": str(error), "fields": fields}, "results": results}, status=error.status
    )


class Events(Door):
    """CDEvents and CloudEvents."""

    write_role = "editor"
    authentication_classes = CI_OR_USER

    @extend_schema(
        operation_id="events_in",
        request=OpenApiTypes.OBJECT,
        responses={202: EventResultsSerializer, 200: EventResultsSerializer},
    )
    def post(self, request: Request) -> Response:
        """Report CDEvents, CloudEvents (binary, structured, batch) or plain deployments; the same event twice counts once."""
        return self.answer(take(self.message(request, TYPES), "events", reporter_of(request)))


class Hooks(Door):
    """Webhooks. Who sends is told by the signature or key, so there is no user."""

    authentication_classes: Any = ()
    permission_classes: Any = ()
    throttle_classes: list[type[BaseThrottle]] = [AddressThrottle]

    @extend_schema(
        operation_id="hooks_in", request=OpenApiTypes.OBJECT, responses={202: EventResultsSerializer, 200: EventResultsSerializer}, auth=[],
        parameters=[OpenApiParameter("dialect", str, OpenApiParameter.PATH, enum=HOOK_DIALECTS)],
    )  # fmt: skip
    def post(self, request: Request, dialect: str) -> Response:
        """Take a webhook of GitHub, GitLab, SNS, EventBridge, Flagger or Argo Rollouts."""
        if dialect not in HOOK_DIALECTS:
            raise Http404
        message = self.message(request, ("application/json", "text/plain") if dialect == SNS else TYPES)
        try:
            if dialect == SNS:
                sender, kind = sns.sender_of(message)
                self.admit(sender)
                if kind == sns.CONFIRMATION:
                    sns.confirm(message)
                    return Response(
                        {"results": [{"state": "accepted", "kind": "subscription"}]}, status=status.HTTP_202_ACCEPTED
                    )
            else:
                sender = signatures.sender_of(message, dialect)
                self.admit(sender)
        except signatures.Unproven as error:
            raise exceptions.NotAuthenticated(str(error)) from error
        except sns.NotYet as error:
            raise Later(str(error)) from error
        except Refusal as error:  # the envelope of SNS cannot be read, so nobody has signed it
            return _problem(error, [])
        return self.answer(take(message, dialect, ScopedReporter(sender)))

    def get_authenticate_header(self, request: Request) -> str:
        """Makes a missing proof 401 and not 403."""
        return 'Bearer realm="hooks"'

    def admit(self, sender: HookSender) -> None:
        """Count the event, and note the use at most once a minute. Raises Throttled (429 with Retry-After)."""
        throttle = SenderThrottle(sender.rate)
        if not throttle.admits(f"hook_{sender.pk}"):
            raise exceptions.Throttled(throttle.wait())
        seen(sender)
