"""The clock: every ten seconds it publishes live metrics and lets deployments and pipelines move on."""

from __future__ import annotations

import logging
import random
import threading

from . import alarms, amends, deployments, ecs_deployments, fis, functions, mesh_changes, pipelines, releases
from .publish import publish
from .state import State

log = logging.getLogger(__name__)

TICK = 10.0
"""Seconds between two ticks."""
TRIM_EVERY = 60
"""Ticks between two applications of the metric retention."""


def tick(state: State, seconds: float, rng: random.Random) -> None:
    """One tick: what moves with time moves, the metrics of the last `seconds` are published and alarms judged
    on them, functions answer."""
    with state.lock:
        deployments.advance_all(state)
        ecs_deployments.advance_all(state)
        pipelines.advance_all(state)
        mesh_changes.advance(state)
        fis.advance_all(state)
        amends.advance(state)
        releases.advance(state)
        publish(state, seconds, rng)
        alarms.evaluate_all(state)
    functions.answer_due(state)


def start_clock(state: State, stopped: threading.Event) -> threading.Thread:
    """Tick in a thread until `stopped` is set; a failing tick is logged and the next one comes."""

    def work() -> None:
        rng, count = random.Random(42), 0
        while not stopped.wait(TICK):
            try:
                tick(state, TICK, rng)
            except Exception:
                log.exception("A tick of the clock failed")
            count += 1
            if count % TRIM_EVERY == 0:
                state.metrics.trim(state.wall())

    thread = threading.Thread(target=work, name="clock", daemon=True)
    thread.start()
    return thread
