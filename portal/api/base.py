"""What REST stands on: strict JSON, one envelope for errors, cursor pages."""

from __future__ import annotations

import json
import logging
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

log = logging.getLogger(__name__)
MAX_DEPTH = 32


def check_json(value: Any, depth: int = 0) -> None:
    """Raise ParseError for what no database takes: too deep, lone surrogates, NUL."""
    if depth > MAX_DEPTH:
        raise exceptions.ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels: flatten it.")
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise exceptions.ParseError("A text holds a NUL or a lone surrogate: remove it.")
    elif isinstance(value, dict):
        for key, item in value.items():
            check_json(key, depth + 1)
            check_json(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_json(item, depth + 1)


def strict_json(body: bytes, *, once: bool = False) -> Any:
    """The JSON of a body; with `once` no object may say a key twice. Raises ParseError (400)."""
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_json, object_pairs_hook=_each_once if once else None)
    except (ValueError, RecursionError) as error:
        raise exceptions.ParseError(f"The body is not valid JSON: {error}") from error
    check_json(data)
    return data


def _no_json(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object says the same key twice")
    return found


class StrictJSONParser(JSONParser):
    """JSON whose depth and characters are checked before anything sees it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The parsed body, or ParseError (400)."""
        return strict_json(stream.read())


class OrjsonRenderer(BaseRenderer):
    """JSON by orjson."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The body; empty for None."""
        return b"" if data is None else orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)


class Cursor(CursorPagination):
    """Pages by cursor, newest first; `page_size` up to 200."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = "-id"


class TooLarge(exceptions.APIException):
    """413."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is larger than 2.5 MB: send it in parts."
    default_code = "too-large"


def _fields(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {}


def _message(detail: Any) -> str:
    if isinstance(detail, dict):
        name, value = next(iter(detail.items()), ("", ""))
        text = _message(value)
        return text if name in ("detail", "non_field_errors") else f"{name}: {text}"
    if isinstance(detail, list):
        return _message(detail[0]) if detail else ""
    return str(detail)


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as `{"error": {"code", "message", "fields"}}`. None leaves a bug to Django's 500."""
    if isinstance(error, Http404):
        error = exceptions.NotFound("There is nothing here. It may have been renamed or removed.")
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    elif isinstance(error, ValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
        error = exceptions.ValidationError(fields)
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if not isinstance(error, exceptions.APIException):
        return None
    # Not at the top: rest_framework.views reads the settings that name this module.
    from rest_framework.views import set_rollback

    set_rollback()
    headers: dict[str, str] = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    code = {400: "invalid", 401: "unauthenticated", 403: "forbidden", 404: "not-found"}.get(error.status_code)
    fields = _fields(error.detail) if error.status_code == status.HTTP_400_BAD_REQUEST else {}
    body = {"code": code or error.default_code, "message": _message(error.detail), "fields": fields}
    return Response({"error": body}, status=error.status_code, headers=headers)
