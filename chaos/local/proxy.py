"""The fault proxy as a process: `python -m chaos.local.proxy`, or `manage.py fault_proxy`.

FAULT_PROXIES      shop.redis=127.0.0.1:26379->127.0.0.1:6379,…   what is proxied; nothing else ever is
FAULT_PROXY_TOKEN  at least 16 characters; whoever knows it may make the proxied connections fail
FAULT_PROXY_ADMIN  127.0.0.1:8474   where the REST listens; loopback only
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import random
import signal
import sys
from collections.abc import Callable, Mapping

from chaos.local.admin import LARGEST_HEAD, Admin
from chaos.local.proxies import Proxy, endpoint, routes

ADMIN = "127.0.0.1:8474"
SHORTEST_TOKEN = 16


class FaultProxy:
    """All proxies and their REST, in one event loop. `start` raises ValueError or OSError."""

    def __init__(
        self, listed: Mapping[str, str], token: str, admin: str = ADMIN, dice: random.Random | None = None
    ) -> None:
        if len(token) < SHORTEST_TOKEN:
            raise ValueError(f"FAULT_PROXY_TOKEN: give at least {SHORTEST_TOKEN} characters")
        host, _ = endpoint(admin)
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"FAULT_PROXY_ADMIN: {host} is no address of loopback")
        thrown = dice or random.Random()  # noqa: S311 — chance, not a secret
        self._admin_at = admin
        self.proxies = [Proxy(route, thrown) for route in routes(listed)]
        self._admin = Admin(self.proxies, token)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on everything, the REST last."""
        for proxy in self.proxies:
            await proxy.start()
        host, port = endpoint(self._admin_at)
        self._server = await asyncio.start_server(self._admin.serve, host, port, limit=LARGEST_HEAD)

    @property
    def url(self) -> str:
        """Where the REST answers."""
        port = self._server.sockets[0].getsockname()[1] if self._server else endpoint(self._admin_at)[1]
        return f"http://{self._admin_at.rpartition(':')[0]}:{port}"

    async def stop(self) -> None:
        """End everything: with the process all faults are gone."""
        if self._server is not None:
            self._server.close()
        for proxy in self.proxies:
            await proxy.stop()


async def serve(proxy: FaultProxy, say: Callable[[str], object]) -> None:
    """Run until SIGINT or SIGTERM."""
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError):
            asyncio.get_running_loop().add_signal_handler(number, over.set)
    await proxy.start()
    for one in proxy.proxies:
        say(f"{one.route.name}: {one.listen} -> {one.route.upstream}")
    say(f"REST at {proxy.url}")
    await over.wait()
    await proxy.stop()


def listed(text: str) -> dict[str, str]:
    """FAULT_PROXIES as the environment writes it: name=listen->upstream, separated by commas."""
    pairs = (entry.partition("=") for entry in text.split(",") if entry.strip())
    return {name.strip(): route.strip() for name, _, route in pairs}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run from the environment alone."""
    wanted = listed(os.environ.get("FAULT_PROXIES", ""))
    try:
        proxy = FaultProxy(wanted, os.environ.get("FAULT_PROXY_TOKEN", ""), os.environ.get("FAULT_PROXY_ADMIN", ADMIN))
        asyncio.run(serve(proxy, _say))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"fault proxy: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
