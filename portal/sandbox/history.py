"""Fourteen days of hourly metrics, so that cost reviews have something to judge from the first minute."""

from __future__ import annotations

import random
from collections.abc import Iterator

from . import backends
from .parts import Function, LoadBalancer, Service
from .state import State
from .traffic import Load, Signal, signals, usual_load

HOURS = 14 * 24
HOUR = 3600.0


def load(state: State, service: Service) -> None:
    """Write the history of one service up to the present hour; the values depend on the service's name and the hour only."""
    rng = random.Random(service.name)
    newest = state.wall() // HOUR * HOUR
    place = (service.account, service.region)
    everything = [*signals(service), *_traffic(service)]
    for signal in everything:
        own = dict(signal.dimensions)
        for when in (newest - HOUR * back for back in range(HOURS, 0, -1)):
            value = signal.sample(when, HOUR, rng)
            state.metrics.put(
                place,
                signal.namespace,
                signal.name,
                own,
                when,
                value,
                low=value * 0.6,
                high=value * 1.6,
                unit=signal.unit,
            )


def _traffic(service: Service) -> Iterator[Signal]:
    """What the clock publishes from live weights and zones, as plain signals for the past."""
    for part in service.parts:
        usual = usual_load(part, service)
        if usual is not None and isinstance(part, Function):
            own = (("FunctionName", service.name),)
            yield Signal("AWS/Lambda", "Invocations", own, usual.calls, rate=True, unit="Count")
            yield Signal("AWS/Lambda", "Errors", own, usual.calls * usual.errors, rate=True, unit="Count")
            yield Signal("AWS/Lambda", "Duration", own, usual.latency, daily=0.05, unit="Milliseconds")
        elif usual is not None and isinstance(part, LoadBalancer):
            yield from _balancer(service, usual)


def _balancer(service: Service, usual: Load) -> Iterator[Signal]:
    names = backends.load_balancer(service.account, service.region, service.name)
    if names is not None:
        own, failing = (("LoadBalancer", names[0]),), usual.calls * usual.errors
        yield Signal("AWS/ApplicationELB", "RequestCount", own, usual.calls, rate=True, unit="Count")
        yield Signal("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", own, failing, rate=True, unit="Count")
        yield Signal("AWS/ApplicationELB", "TargetResponseTime", own, usual.latency / 1000, daily=0.05, unit="Seconds")
