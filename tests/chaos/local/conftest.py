"""A fault proxy in a thread, in front of a small server that echoes."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import socketserver
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chaos.local.proxy import FaultProxy

TOKEN = "a-token-of-the-test-suite"
PATIENCE = 10.0
"""Seconds after which a test gives up on bytes that must come; never part of a measurement."""


class Echo(socketserver.BaseRequestHandler):
    """Sends back what it gets, until the client has said all."""

    def handle(self) -> None:
        """Echo."""
        try:
            while data := self.request.recv(65_536):
                self.request.sendall(data)
        except OSError:
            return


class EchoServer(socketserver.ThreadingTCPServer):
    """On loopback, at a port of the system's choice."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


class Lab:
    """The proxy "shop.echo", its REST, and clients that go through it."""

    def __init__(self, proxy: FaultProxy, loop: asyncio.AbstractEventLoop) -> None:
        self.proxy, self.loop = proxy, loop
        self.path = "/proxies/shop.echo/toxics"

    def rest(self, method: str, path: str, body: Any = None, header: str = f"Bearer {TOKEN}") -> tuple[int, Any]:
        """One call of the REST: status and JSON."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.proxy.url + path, data, {"Authorization": header}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                return reply.status, json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def toxic(self, kind: str, **keys: Any) -> None:
        """Add a toxic that is named after its type."""
        attributes = keys.pop("attributes", {})
        status, answer = self.rest("POST", self.path, {"name": kind, "type": kind, "attributes": attributes, **keys})
        assert status == 200, answer

    def clear(self) -> None:
        """Take all toxics out."""
        assert self.rest("POST", "/reset")[0] == 204

    def client(self, patience: float = PATIENCE) -> socket.socket:
        """A connection through the proxy."""
        host, port = self.proxy.proxies[0].listen.split(":")
        made = socket.create_connection((host, int(port)), patience)
        made.settimeout(patience)
        return made

    def ask(self, data: bytes = b"ping") -> float:
        """Seconds from sending on a new connection to the whole echo."""
        with self.client() as client:
            begun = time.monotonic()
            client.sendall(data)
            assert received(client, len(data)) == data
            return time.monotonic() - begun


def received(client: socket.socket, size: int) -> bytes:
    """Bytes until there are so many, or the end."""
    found = b""
    while len(found) < size and (data := client.recv(65_536)):
        found += data
    return found


@pytest.fixture
def echo() -> Iterator[str]:
    """Host and port of the server behind the proxy."""
    with EchoServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def start() -> Iterator[Callable[..., Lab]]:
    """Start a fault proxy: start({"shop.echo": "127.0.0.1:0->…"}); all of them end with the test."""
    labs: list[Lab] = []

    def make(listed: dict[str, str], admin: str = "127.0.0.1:0") -> Lab:
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, daemon=True).start()
        proxy = FaultProxy(listed, TOKEN, admin, random.Random(7))
        asyncio.run_coroutine_threadsafe(proxy.start(), loop).result(PATIENCE)
        labs.append(Lab(proxy, loop))
        return labs[-1]

    yield make
    for lab in labs:
        stop(lab)


def stop(lab: Lab) -> None:
    """End a proxy as its process would end; a second time does nothing."""
    if lab.loop.is_running():
        asyncio.run_coroutine_threadsafe(lab.proxy.stop(), lab.loop).result(PATIENCE)
        lab.loop.call_soon_threadsafe(lab.loop.stop)


@pytest.fixture
def lab(start: Callable[..., Lab], echo: str) -> Lab:
    """The proxy in front of the echo."""
    return start({"shop.echo": f"127.0.0.1:0->{echo}"})
