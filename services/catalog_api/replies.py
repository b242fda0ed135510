"""Answers: finished texts joined to JSON, stamped with the revision they were read at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

JSON = "application/json"
FLUSH = 500
Reply = TypeVar("Reply", bound=HttpResponseBase)


def json(value: Any, status: int = 200) -> HttpResponse:
    """Any value."""
    return HttpResponse(orjson.dumps(value), JSON, status)


def text(document: str) -> HttpResponse:
    """A finished text."""
    return HttpResponse(document, JSON)


def nothing(status: int) -> HttpResponse:
    """No body."""
    return HttpResponse(b"", JSON if status == 200 else None, status)


def page(texts: Iterable[str], total: int, around: Mapping[str, str]) -> HttpResponse:
    """A page of by-query."""
    info = orjson.dumps(around).decode()
    return text(f'{{"items":[{",".join(texts)}],"totalItems":{total},"pageInfo":{info}}}')


def array(texts: Iterable[str], count: int) -> HttpResponseBase:
    """A bare array of `count` texts; a long one is sent while it is read."""
    if count <= FLUSH:
        return text(f"[{','.join(texts)}]")
    return StreamingHttpResponse(_chunks(texts), content_type=JSON)


def _chunks(texts: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    opening = "["
    for one in texts:
        held.append(one)
        if len(held) == FLUSH:
            yield opening + ",".join(held)
            opening, held = ",", []
    yield (opening if held or opening == "[" else "") + ",".join(held) + "]"


def unchanged(request: HttpRequest, stamp: int | str) -> HttpResponse | None:
    """304 where `If-None-Match` names what would be sent."""
    named = request.META.get("HTTP_IF_NONE_MATCH")
    if named is None:
        return None
    tags = {tag.strip().removeprefix("W/") for tag in named.split(",")}
    return stamped(HttpResponse(status=304), stamp) if tags & {f'"{stamp}"', "*"} else None


def stamped(reply: Reply, stamp: int | str) -> Reply:
    """The answer with its ETag; it may be kept, and must be asked for again before it is used."""
    reply.headers["ETag"] = f'W/"{stamp}"'
    reply.headers["Cache-Control"] = "private, no-cache"
    return reply
