"""One proxied connection: two directions, each with the toxics that hit it. Toxics come and go while it is open."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Callable, Iterable

from chaos.local.toxics import DOWNSTREAM, UPSTREAM, Toxic

CHUNK = 16_384
WAITING = 64
"""Chunks that one direction may hold back; then the sender has to wait, as behind a full buffer."""
SLICES = 20
"""A second's worth of bandwidth goes out in so many pieces."""
Chunk = tuple[float, float, bytes]
"""When it came, its luck in [-1, 1] for jitter, and the bytes; no bytes at the end of the stream."""


class Connection:
    """A client's connection and ours to the upstream. `current` gives the proxy's toxics at this moment."""

    def __init__(
        self,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        current: Callable[[], Iterable[Toxic]],
        dice: random.Random,
    ) -> None:
        self._client, self._upstream, self._current, self._dice = client, upstream, current, dice
        self._luck: dict[str, float] = {}
        self._changed = asyncio.Event()
        self._lost: set[str] = set()
        self._over = False
        self._timers: dict[tuple[str, str], asyncio.TimerHandle] = {}

    async def run(self) -> None:
        """Carry bytes until both ends are done or the connection is cut."""
        self.changed()
        ways = (
            (self._client[0], self._upstream[1], UPSTREAM),
            (self._upstream[0], self._client[1], DOWNSTREAM),
        )
        try:
            async with asyncio.TaskGroup() as both:
                for way in ways:
                    both.create_task(self._carry(*way))
        except* OSError:
            self.reset()
        finally:
            for timer in self._timers.values():
                timer.cancel()
            for _, writer in (self._client, self._upstream):
                writer.close()

    def changed(self) -> None:
        """The proxy's toxics are others now: wake what waits, plan resets, close what has lost bytes."""
        self._wake()
        present = {toxic.name for toxic in self._current()}
        if self._lost - present:
            # Bytes were swallowed: what follows would be garbage to both ends.
            self.reset()
        for key in [key for key in self._timers if key[0] not in present]:
            self._timers.pop(key).cancel()
        for toxic in self._hitting():
            key = (toxic.name, toxic.type)
            ends = toxic.type == "reset_peer" or (toxic.type == "timeout" and toxic["timeout"] > 0)
            if ends and key not in self._timers:
                act = self.reset if toxic.type == "reset_peer" else self._close
                self._timers[key] = asyncio.get_running_loop().call_later(toxic["timeout"] / 1000, act)

    def reset(self) -> None:
        """End both sides with RST."""
        self._close(linger=0)

    def _close(self, linger: int | None = None) -> None:
        self._over = True
        self._wake()
        for _, writer in (self._client, self._upstream):
            endpoint = writer.get_extra_info("socket")
            if endpoint is not None and linger is not None:
                with contextlib.suppress(OSError):
                    endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, linger))
            writer.transport.abort()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _hitting(self, stream: str = "") -> list[Toxic]:
        """The toxics that hit this connection.

        The dice are thrown once for each type, so that a toxic in both directions hits the same connections.
        """
        found = []
        for toxic in self._current():
            thrown = self._luck.setdefault(toxic.type, self._dice.random())
            if thrown < toxic.toxicity and stream in ("", toxic.stream):
                found.append(toxic)
        return found

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stream: str) -> None:
        queue: asyncio.Queue[Chunk] = asyncio.Queue(WAITING)
        taking = asyncio.ensure_future(self._take(reader, queue))
        try:
            while True:
                came, luck, data = await queue.get()
                await self._hold(came, luck, stream)
                if not data:
                    break
                for piece, pause in self._pieces(data, stream):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(pause)
            await self._end(stream)
            if writer.can_write_eof():
                writer.write_eof()
        finally:
            taking.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await taking

    async def _end(self, stream: str) -> None:
        """The stream has ended: slow closing waits, and a blackhole swallows the end as it swallows bytes."""
        slow = max((toxic["delay"] for toxic in self._hitting(stream) if toxic.type == "slow_close"), default=0.0)
        await self._until(lambda: slow / 1000, asyncio.get_running_loop().time())
        while not self._over and (silent := self._silent(stream)):
            self._lost.update(silent)
            await self._changed.wait()

    def _silent(self, stream: str) -> list[str]:
        return [toxic.name for toxic in self._hitting(stream) if toxic.type == "timeout"]

    async def _take(self, reader: asyncio.StreamReader, queue: asyncio.Queue[Chunk]) -> None:
        loop, data = asyncio.get_running_loop(), b"-"
        while data:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                self.reset()
                data = b""
            await queue.put((loop.time(), self._dice.uniform(-1, 1), data))

    async def _hold(self, came: float, luck: float, stream: str) -> None:
        """Wait as long as latency asks for, by the toxics of each moment."""

        def delay() -> float:
            slow = [toxic for toxic in self._hitting(stream) if toxic.type == "latency"]
            return sum(max(0.0, toxic["latency"] + luck * toxic["jitter"]) for toxic in slow) / 1000

        await self._until(delay, came)

    async def _until(self, delay: Callable[[], float], since: float) -> None:
        loop = asyncio.get_running_loop()
        while not self._over and (left := since + delay() - loop.time()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)

    def _pieces(self, data: bytes, stream: str) -> Iterable[tuple[bytes, float]]:
        """The bytes in pieces, each with the seconds to wait after it; nothing where a blackhole swallows them."""
        while data:
            if silent := self._silent(stream):
                self._lost.update(silent)
                return
            narrow = [toxic["rate"] * 1000 for toxic in self._hitting(stream) if toxic.type == "bandwidth"]
            rate = min(narrow, default=0.0)
            size = max(1, int(rate / SLICES)) if rate else len(data)
            yield data[:size], (len(data[:size]) / rate if rate else 0.0)
            data = data[size:]
