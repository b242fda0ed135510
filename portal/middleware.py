"""Headers of every answer, and the mark that keeps AWS calls out of web requests."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from portal.aws.session import in_web_request

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    ]
)
Handler = Callable[[HttpRequest], HttpResponseBase]


class ContentSecurityPolicy:
    """A constant, strict policy: no inline script or style anywhere (Django 5.2 has none of its own)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the header, and those that browsers ask for beside it."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class PlainAddress:
    """No page has a NUL in its address; PostgreSQL would refuse to look for one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Raises Http404."""
        if "\x00" in request.path_info:
            raise Http404("There is no such page.")
        return self.get_response(request)


class RequestMark:
    """While a request is served, `portal.aws.session.client` refuses to work."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the mark for the time of the request."""
        token = in_web_request.set(True)
        try:
            return self.get_response(request)
        finally:
            in_web_request.reset(token)
