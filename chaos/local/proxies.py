"""The proxies of one process: each listens, dials its upstream for every client, and holds its toxics with their ends."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.local.connection import Connection
from chaos.local.toxics import NAME, Refused, Toxic, change, read

ARROW = "->"


@dataclass(frozen=True)
class Route:
    """A proxy as the operator has set it up: addresses as host:port."""

    name: str
    listen: str
    upstream: str


def routes(listed: Mapping[str, str]) -> list[Route]:
    """Read name → "listen->upstream". Raises ValueError with the remedy."""
    found = []
    for name, text in listed.items():
        listen, arrow, upstream = (part.strip() for part in text.partition(ARROW))
        if not NAME.fullmatch(name) or not arrow:
            raise ValueError(f"{name}: write it like shop.redis=127.0.0.1:26379->127.0.0.1:6379")
        for address in (listen, upstream):
            endpoint(address)
        found.append(Route(name, listen, upstream))
    return found


def endpoint(address: str) -> tuple[str, int]:
    """Host and port of "host:port" or "[::1]:port". Raises ValueError."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise ValueError(f"{address} is not a host and a port: write it like 127.0.0.1:6379")
    return host.removeprefix("[").removesuffix("]"), int(port)


class Proxy:
    """One listening proxy."""

    def __init__(self, route: Route, dice: random.Random) -> None:
        self.route, self._dice = route, dice
        self.toxics: dict[str, Toxic] = {}
        self._ends: dict[str, asyncio.TimerHandle] = {}
        self._open: dict[asyncio.Task[None], Connection | None] = {}
        self._server: asyncio.Server | None = None

    @property
    def enabled(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    @property
    def listen(self) -> str:
        """Where it listens; the port that the system chose where 0 was asked for."""
        if self._server is None:
            return self.route.listen
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"{host}:{port}"

    def as_json(self) -> dict[str, Any]:
        """As Toxiproxy writes it."""
        shown = {"name": self.route.name, "listen": self.listen, "upstream": self.route.upstream}
        return {**shown, "enabled": self.enabled, "toxics": [toxic.as_json() for toxic in self.toxics.values()]}

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        if self._server is None:
            host, port = endpoint(self.route.listen)
            self._server = await asyncio.start_server(self._serve, host, port)

    async def stop(self) -> None:
        """Listen no more, and end all connections: what Toxiproxy calls down."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def add(self, data: Any) -> Toxic:
        """Add a toxic. Raises Refused."""
        toxic = read(data)
        if toxic.name in self.toxics:
            raise Refused(409, "toxic already exists")
        return self._put(toxic)

    def update(self, name: str, data: Any) -> Toxic:
        """Change a toxic, or renew its time to live. Raises Refused."""
        return self._put(change(self.toxic(name), data))

    def toxic(self, name: str) -> Toxic:
        """A toxic by name. Raises Refused."""
        if name not in self.toxics:
            raise Refused(404, "toxic not found")
        return self.toxics[name]

    def remove(self, name: str) -> None:
        """Take a toxic out. Raises Refused."""
        self.toxic(name)
        self._forget(name)

    def clear(self) -> None:
        """Take all toxics out."""
        for name in list(self.toxics):
            self._forget(name)

    def _put(self, toxic: Toxic) -> Toxic:
        self.toxics[toxic.name] = toxic
        if timer := self._ends.pop(toxic.name, None):
            timer.cancel()
        if toxic.ttl is not None:
            loop = asyncio.get_running_loop()
            self._ends[toxic.name] = loop.call_later(toxic.ttl, self._forget, toxic.name)
        self._tell()
        return toxic

    def _forget(self, name: str) -> None:
        self.toxics.pop(name, None)
        if timer := self._ends.pop(name, None):
            timer.cancel()
        self._tell()

    def _tell(self) -> None:
        for connection in list(self._open.values()):
            if connection is not None:
                connection.changed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._open[task] = None
        try:
            upstream = await asyncio.open_connection(*endpoint(self.route.upstream))
            connection = Connection((reader, writer), upstream, self._current, self._dice)
            self._open[task] = connection
            await connection.run()
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            del self._open[task]
            with contextlib.suppress(OSError):
                writer.close()

    def _current(self) -> Iterable[Toxic]:
        return list(self.toxics.values())
