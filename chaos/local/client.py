"""The portal's side of the fault proxy's REST: one toxic of one proxy, through the one door to the web."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings

from chaos.local.errors import LocalFaultError
from portal import outbound

SECONDS = 3.0


def toxics(proxy: str) -> list[Mapping[str, Any]]:
    """The toxics of a proxy that runs. Raises LocalFaultError."""
    found = _ask("read toxics", "GET", f"/proxies/{quote(proxy, safe='')}/toxics")
    if not isinstance(found, list) or not all(isinstance(row, dict) and "name" in row for row in found):
        raise LocalFaultError("read toxics", "shape", "The answer is not one of the fault proxy")
    return found


def add(proxy: str, toxic: Mapping[str, Any]) -> None:
    """Add a toxic. Raises LocalFaultError, also where one of this name is there."""
    _ask("add a toxic", "POST", f"/proxies/{quote(proxy, safe='')}/toxics", toxic)


def remove(proxy: str, name: str) -> None:
    """Take a toxic out; one that is not there is no error. Raises LocalFaultError."""
    _ask("remove a toxic", "DELETE", f"/proxies/{quote(proxy, safe='')}/toxics/{quote(name, safe='')}", gone=(404,))


def _ask(action: str, method: str, path: str, body: Any = None, gone: tuple[int, ...] = ()) -> Any:
    url = settings.FAULT_PROXY_URL.rstrip("/") + path
    headers = {"Authorization": f"Bearer {settings.FAULT_PROXY_TOKEN}", "Content-Type": "application/json"}
    try:
        if method == "POST":
            reply = outbound.post(url, json.dumps(body).encode(), headers, seconds=SECONDS)
        else:
            call = outbound.get if method == "GET" else outbound.delete
            reply = call(url, headers, seconds=SECONDS)
    except outbound.OutboundError as error:
        raise LocalFaultError(action, "unreachable", str(error)) from error
    if reply.status in gone:
        return None
    try:
        found = json.loads(reply.body) if reply.body else None
    except (ValueError, RecursionError) as error:
        raise LocalFaultError(action, str(reply.status), "The answer is not one of the fault proxy") from error
    if reply.status >= 300:
        said = found.get("error", "") if isinstance(found, dict) else ""
        raise LocalFaultError(action, str(reply.status), str(said)[:300] or "It refused")
    return found
