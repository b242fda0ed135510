"""Backstage's error envelope, and the names of its errors."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

NAMES = {
    400: "InputError",
    401: "AuthenticationError",
    403: "NotAllowedError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    409: "ConflictError",
    413: "PayloadTooLargeError",
    415: "UnsupportedMediaTypeError",
    429: "TooManyRequestsError",
}


class Refusal(Exception):
    """The request ends here: `status` and, for people, what is wrong and what to do."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or {}


class InputError(Refusal):
    """400: the question cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__(400, message)


class NotFound(Refusal):
    """404."""

    def __init__(self, message: str = "There is no such entity.") -> None:
        super().__init__(404, message)


class Conflict(Refusal):
    """409."""

    def __init__(self, message: str) -> None:
        super().__init__(409, message)


def envelope(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer that says so."""
    name = NAMES.get(refusal.status, "Error")
    body: dict[str, Any] = {
        "error": {"name": name, "message": refusal.message},
        "request": {"method": request.method, "url": printable(request.get_full_path())},
        "response": {"statusCode": refusal.status},
    }
    return HttpResponse(orjson.dumps(body), "application/json", refusal.status, headers=refusal.headers)


def printable(text: str) -> str:
    """`text` without what JSON cannot carry."""
    return text.encode("utf-8", "replace").decode()
