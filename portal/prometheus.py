"""Prometheus over its HTTP API, through the portal's one door to the web, on servers that an admin has named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from portal import outbound

MOST_SERIES = 200


class PrometheusError(Exception):
    """A query that gave nothing to use: the server's name, a short code, and what to do in words."""

    def __init__(self, server: str, code: str, message: str) -> None:
        super().__init__(message.rstrip("."))
        self.server, self.code = server, code


def address(server: str) -> str:
    """The base address of a server that is set up. Raises PrometheusError."""
    base = settings.PROMETHEUS_SERVERS.get(server)
    if not base:
        message = f"No server {server!r} is set up: an admin names it in PROMETHEUS_SERVERS"
        raise PrometheusError(server, "unknown", message)
    return str(base).rstrip("/")


def ask(server: str, path: str, form: Mapping[str, Any], kind: str, *, seconds: float = 10.0) -> list[dict[str, Any]]:
    """The series that the API path answers for the form; `kind` is its result type, "matrix" or "vector".

    Raises PrometheusError. What stands inside a series is the caller's to check.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        reply = outbound.post(address(server) + path, urlencode(form).encode(), headers, seconds=seconds)
    except outbound.OutboundError as error:
        raise PrometheusError(server, "unreachable", str(error)) from error
    try:
        body = json.loads(reply.body)
        if reply.status != 200 or body["status"] != "success":
            raise PrometheusError(server, str(reply.status), str(body.get("error", "It refused the query"))[:300])
        data = body["data"]
        if data["resultType"] != kind or len(data["result"]) > MOST_SERIES:
            raise PrometheusError(
                server, "shape", f"The query gives no {_NAMES[kind]}, or more than {MOST_SERIES} series"
            )
        return list(data["result"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise unusable(server, str(reply.status)) from error


def unusable(server: str, code: str = "200") -> PrometheusError:
    """The error for an answer that is not what the API promises."""
    return PrometheusError(server, code, "The answer is not one of Prometheus, or longer than 64 KiB")


_NAMES = {"matrix": "range", "vector": "value at one moment"}
