"""`Idempotency-Key` on POST under /api/v1/: the same key and body give the same reply, once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from portal.access.models import IdempotentReply

KEPT = timedelta(hours=24)


def _refuse(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"error": {"code": code, "message": message, "fields": {}}}, status=status)


class IdempotencyKey:
    """Middleware. The row goes in first, under a unique key, so that two requests in flight cannot both act.

    A reply that says the request was at fault (4xx) or that we were (5xx) is not kept: the caller may try again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer from the stored reply, or store the one the view gives."""
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key or not request.path.startswith("/api/v1/"):
            return self.get_response(request)
        if len(key) > 200:
            return _refuse(400, "invalid", "Idempotency-Key is longer than 200 characters: send a shorter one.")
        return self._once(request, key)

    def _once(self, request: HttpRequest, key: str) -> HttpResponseBase:
        who = request.headers.get("Authorization", "") or str(getattr(request.user, "pk", ""))
        caller = hashlib.sha256(who.encode()).hexdigest()
        body = hashlib.sha256(request.body).hexdigest()
        IdempotentReply.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
        try:
            with transaction.atomic():
                row = IdempotentReply.objects.create(caller=caller, path=request.path, key=key, body_sha256=body)
        except IntegrityError:
            return self._again(IdempotentReply.objects.get(caller=caller, path=request.path, key=key), body)
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and response.status_code < 400:
            row.status, row.body = response.status_code, response.content.decode()
            row.save(update_fields=["status", "body"])
        else:
            row.delete()
        return response

    def _again(self, row: IdempotentReply, body: str) -> HttpResponse:
        if row.body_sha256 != body:
            return _refuse(422, "key-reused", "This Idempotency-Key was used with another body: send a new key.")
        if row.status is None:
            return _refuse(
                409, "in-flight", "The first request with this Idempotency-Key is still running: wait for it."
            )
        reply = HttpResponse(row.body, status=row.status, content_type="application/json")
        reply["Idempotent-Replay"] = "true"
        return reply
