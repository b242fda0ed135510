"""Toxiproxy's REST, the part that its clients need, for the proxies that the operator has listed and no others.

GET /version · GET, POST /proxies · POST /populate · POST /reset · GET, POST, PATCH, DELETE /proxies/{name} ·
GET, POST /proxies/{name}/toxics · GET, POST, PATCH, DELETE /proxies/{name}/toxics/{toxic}

Every request carries the token: `Authorization: Bearer …`, or as the password of Basic, which is how clients that know
nothing of tokens send it (http://any:TOKEN@127.0.0.1:8474).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from chaos.local.proxies import Proxy
from chaos.local.toxics import Refused

LEVEL = "2.9.0"
"""The version of Toxiproxy whose REST this follows."""
LARGEST_HEAD, LARGEST_BODY, SECONDS = 16_384, 65_536, 10.0
Answer = tuple[int, Any]


class Admin:
    """The REST of some proxies."""

    def __init__(self, proxies: Sequence[Proxy], token: str) -> None:
        self._proxies = {proxy.route.name: proxy for proxy in proxies}
        self._token = token.encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, then close."""
        try:
            status, body = await asyncio.wait_for(self._answer(reader), SECONDS)
        except Refused as error:
            status, body = error.status, {"error": str(error), "status": error.status}
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError, TimeoutError):
            status, body = 400, {"error": "bad request", "status": 400}
        text = b"" if body is None else json.dumps(body).encode()
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode() + text)
        try:
            await writer.drain()
        except OSError:
            return
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        if not self._known(headers.get("authorization", "")):
            raise Refused(401, "unauthorized: send the token as Bearer, or as the password of Basic")
        length = int(headers.get("content-length", "0"))
        if not 0 <= length <= LARGEST_BODY:
            raise Refused(413, "request body too large")
        body = await reader.readexactly(length)
        try:
            data = json.loads(body) if body.strip() else {}
        except (ValueError, RecursionError) as error:
            raise Refused(400, "bad request body: not JSON") from error
        parts = [unquote(part) for part in path.partition("?")[0].split("/") if part]
        return await self._route(method, parts, data)

    def _known(self, header: str) -> bool:
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value, validate=True).decode("latin-1").partition(":")[2]
            except (binascii.Error, ValueError):
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(value.strip().encode("latin-1", "replace"), self._token)

    async def _route(self, method: str, parts: list[str], data: Any) -> Answer:
        match method, parts:
            case "GET", ["version"]:
                return 200, {"version": LEVEL}
            case "GET", ["proxies"]:
                return 200, {name: proxy.as_json() for name, proxy in self._proxies.items()}
            case "POST", ["proxies"]:
                raise Refused(409, "proxy already exists") if self._listed(data) else _unlisted()
            case "POST", ["populate"]:
                return await self._populate(data)
            case "POST", ["reset"]:
                for proxy in self._proxies.values():
                    proxy.clear()
                    await _listen(proxy, True)
                return 204, None
            case _, ["proxies", name, *rest] if name in self._proxies:
                return await self._one(method, self._proxies[name], rest, data)
            case _, ["proxies", _, *_]:
                raise Refused(404, "proxy not found")
        raise Refused(404, "not found: this is a part of Toxiproxy's REST")

    async def _one(self, method: str, proxy: Proxy, rest: list[str], data: Any) -> Answer:
        match method, rest:
            case "GET", []:
                return 200, proxy.as_json()
            case "POST" | "PATCH", []:
                return await self._change(proxy, data)
            case "DELETE", []:
                raise Refused(403, "the operator has listed this proxy: take it out of FAULT_PROXIES")
            case "GET", ["toxics"]:
                return 200, proxy.as_json()["toxics"]
            case "POST", ["toxics"]:
                return 200, proxy.add(data).as_json()
            case "GET", ["toxics", name]:
                return 200, proxy.toxic(name).as_json()
            case "POST" | "PATCH", ["toxics", name]:
                return 200, proxy.update(name, data).as_json()
            case "DELETE", ["toxics", name]:
                proxy.remove(name)
                return 204, None
        raise Refused(405, "method not allowed")

    async def _populate(self, data: Any) -> Answer:
        """Clients send all proxies they want: those that are listed just so are there already."""
        if not isinstance(data, list) or not all(self._listed(row) for row in data):
            raise _unlisted()
        for row in data:
            await _listen(self._proxies[row["name"]], row.get("enabled", True))
        return 201, {"proxies": [self._proxies[row["name"]].as_json() for row in data]}

    async def _change(self, proxy: Proxy, data: Any) -> Answer:
        """Switch a proxy on or off. Its addresses are the operator's."""
        if not isinstance(data, dict) or not self._listed({**proxy.as_json(), **data}):
            raise _unlisted()
        await _listen(proxy, data.get("enabled", proxy.enabled))
        return 200, proxy.as_json()

    def _listed(self, data: Any) -> bool:
        """Whether JSON names a proxy as it is listed: no other address may be listened on or dialled."""
        if not isinstance(data, dict) or not isinstance(data.get("name"), str):
            return False
        proxy = self._proxies.get(data["name"])
        if proxy is None or data.get("upstream") != proxy.route.upstream:
            return False
        return data.get("listen") in (proxy.route.listen, proxy.listen)


async def _listen(proxy: Proxy, wanted: Any) -> None:
    if not isinstance(wanted, bool):
        raise Refused(400, "enabled: give true or false")
    try:
        await (proxy.start() if wanted else proxy.stop())
    except OSError as error:
        raise Refused(500, f"cannot listen: {error}") from error


def _unlisted() -> Refused:
    return Refused(403, "only proxies that the operator has listed: add it to FAULT_PROXIES")
