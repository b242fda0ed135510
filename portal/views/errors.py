"""Errors: a page for people, the envelope for programs."""

from __future__ import annotations

import logging
import sys

from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

log = logging.getLogger(__name__)


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"error": {"code": code, "message": message, "fields": {}}}, status=status)
    return render(request, f"portal/{status}.html", {"message": message}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _answer(request, 400, "invalid", "The request could not be read.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the sentence that says which role is missing."""
    return _answer(request, 403, "forbidden", str(exception) or "You may not do this.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that is too old or comes from elsewhere."""
    return _answer(request, 403, "forbidden", "This form is too old. Reload the page and send it again.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; the same for what is hidden and what is missing."""
    return _answer(request, 404, "not-found", "There is nothing here. It may have been renamed or removed.")


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 where the database is away, so that clients come again."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        message = "The database cannot be reached at the moment. Try again in a few seconds."
        answer = _alone(request, 503, "unavailable", message)
        answer.headers["Retry-After"] = "5"
        return answer
    return _alone(request, 500, "error", "Something went wrong on our side. It has been logged.")


def _alone(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    """An answer that asks neither the database nor a plugin."""
    if request.path.startswith("/api/"):
        return JsonResponse({"error": {"code": code, "message": message, "fields": {}}}, status=status)
    return HttpResponse(render_to_string("portal/500.html", {"message": message}), status=status)
