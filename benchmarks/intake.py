"""Intake at a steady 100 events a second on PostgreSQL: how long does a sender wait, and how many could it take?

Open load: each event has its moment, and its time counts from there, so that a server that lags is not spared.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from benchmarks import processes
from benchmarks.figure import Figure
from benchmarks.intake_events import Sent, events
from benchmarks.portal_process import child, environment, web

RATE, SECONDS, WARM = 100, 20, 3
FULL_SECONDS, CLIENTS = 5, 8
SERVICES, WORKERS = 2_000, 2
MOST_MS, LEAST_RATE = 300.0, 100.0


def run() -> Iterator[Figure]:
    """Latency at the steady rate, then the rate at full speed, then what has become of all of it."""
    with environment("postgresql") as variables:
        secrets = child("benchmarks.intake_fleet", variables, "prepare", str(SERVICES))
        with web(variables, WORKERS) as (pid, port, token):
            numbers, made = count(), events(secrets | {"token": token}, SERVICES)
            send = Sender(port, lambda: made(next(numbers)))
            send.steadily(RATE, WARM)
            before = processes.spent(pid)
            times, refused = send.steadily(RATE, SECONDS)
            spent = processes.spent(pid) - before
            rate, refused_too = send.at_full_speed(FULL_SECONDS)
        stored = child("benchmarks.intake_fleet", variables, "count")
    times.sort()
    yield Figure(f"intake: {RATE} events/s, p50", round(1000 * times[len(times) // 2], 1), "ms")
    yield Figure(f"intake: {RATE} events/s, p99", round(1000 * times[int(len(times) * 0.99)], 1), "ms", MOST_MS)
    yield Figure(f"intake: {RATE} events/s, the slowest", round(1000 * times[-1], 1), "ms")
    yield Figure(
        f"intake: full speed, {WORKERS} processes with two threads each",
        round(rate, 1),
        "events/s",
        LEAST_RATE,
        more_is_better=True,
    )
    yield Figure(
        "intake: processor time of an event, without the database", round(1000 * spent / len(times), 2), "CPU ms"
    )
    yield Figure("intake: answers other than 200 and 202", refused + refused_too, "events", 0)
    yield Figure("intake: accepted events that are not stored", send.accepted - stored["events"], "events", 0)


class Sender:
    """Several clients with a connection each. `accepted` counts what the portal has said it took."""

    def __init__(self, port: int, make: Callable[[], Sent]) -> None:
        self.port, self.make, self.accepted = port, make, 0
        self.lock = threading.Lock()

    def steadily(self, rate: int, seconds: int) -> tuple[list[float], int]:
        """(seconds from each event's moment to its answer, how many were not taken)."""
        began, numbers, total = time.perf_counter() + 0.2, count(), rate * seconds

        def moments() -> Iterator[float]:
            while (number := next(numbers)) < total:
                due = began + number / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                yield due

        return self._all(moments)

    def at_full_speed(self, seconds: int) -> tuple[float, int]:
        """(events a second, how many were not taken) when each client sends on as soon as it has its answer."""
        until = time.perf_counter() + seconds

        def moments() -> Iterator[float]:
            while (now := time.perf_counter()) < until:
                yield now

        times, refused = self._all(moments)
        return len(times) / seconds, refused

    def _all(self, moments: Callable[[], Iterator[float]]) -> tuple[list[float], int]:
        times: list[float] = []
        statuses: list[int] = []

        def work() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            for due in moments():
                with self.lock:
                    path, body, headers = self.make()
                connection.request("POST", path, body, headers)
                reply = connection.getresponse()
                reply.read()
                times.append(time.perf_counter() - due)
                statuses.append(reply.status)
            connection.close()

        threads: list[Any] = [threading.Thread(target=work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.accepted += statuses.count(202)
        return times, sum(status not in (200, 202) for status in statuses)
