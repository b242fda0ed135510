"""One call to Gremlin's REST API, through the portal's door to the web: timed, never repeated, nothing secret in any text.

Its own Python client sends no timeout and writes the key to the log, so it is not used. Paths follow it (0.20.1),
down to the slash before the question mark.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from chaos.gremlin import account
from chaos.gremlin.errors import NotSent, Refused, Throttled, Unsure
from portal import outbound

logger = logging.getLogger(__name__)
SECONDS = 10.0
PAUSE = 30.0
"""Seconds to be quiet where Gremlin does not say how long."""


def call(
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    urgent: bool = False,
    query: Mapping[str, str] | None = None,
) -> outbound.Reply:
    """Ask once. `urgent` calls, which are halts, also go out while Gremlin wants to be left alone.

    Raises NotConnected, NotSent, Refused, Throttled or Unsure.
    """
    way = account.access()
    until = account.quiet_until()
    if until is not None and not urgent:
        raise Throttled(f"Gremlin asked to be called again after {until:%H:%M:%S} UTC.")
    asked = {**({"teamId": way.team_id} if way.team_id else {}), **(query or {})}
    url = f"{way.url}{path}" + (f"/?{urlencode(asked)}" if asked else "")
    headers = {"Authorization": f"Key {way.key}", "Accept": "application/json", "User-Agent": "Colonnade"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    try:
        reply = outbound.send(method, url, data, headers, seconds=SECONDS)
    except outbound.NoReply as error:
        raise Unsure(f"Gremlin may or may not have acted: {error}") from error
    except outbound.OutboundError as error:
        raise NotSent(str(error)) from error
    logger.info("gremlin %s %s answered %s", method, path, reply.status)
    _judge(reply, way.key)
    return reply


def read(path: str, **query: str) -> Any:
    """The JSON of a GET. Raises as `call`, Unsure also where the answer is no JSON."""
    body = call("GET", path, query=query).body
    try:
        return json.loads(body)
    except ValueError as error:
        raise Unsure("Gremlin answered something that is not JSON.") from error


def _judge(reply: outbound.Reply, key: str) -> None:
    if 200 <= reply.status < 300:
        return
    said = reply.body.replace(key, "***").strip()[:200]
    if reply.status == 429:
        pause = _seconds(reply.headers.get("retry-after", ""))
        account.keep_quiet(pause)
        raise Throttled(f"Gremlin asks to slow down for {pause:.0f} s.")
    if reply.status in (401, 403):
        raise Refused(f"Gremlin refuses the key ({reply.status}): check its team and rights. {said}".strip())
    if 300 <= reply.status < 500:
        raise Refused(f"Gremlin refuses ({reply.status}): {said or 'no reason given'}")
    raise Unsure(f"Gremlin failed ({reply.status}): {said or 'no reason given'}")


def _seconds(text: str) -> float:
    """Retry-After in seconds: a number, or a date."""
    if text.strip().isascii() and text.strip().isdigit():
        return max(1.0, float(text))
    try:
        when: datetime = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return PAUSE
    moment = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(1.0, (moment - timezone.now()).total_seconds())
