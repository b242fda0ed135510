"""The judgement of canaries: false rollbacks, power, early promotion, the forecast, units and speed. Seeds are fixed.

The figures hold for versions that differ in nothing but the release, hence the margin of 1; the plan's default of 1.05
leaves room for hosts that are not quite alike, and takes longer to see a small rise: its rows have no limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from benchmarks import rollout_lag
from benchmarks.canary_runs import (
    Traffic,
    at,
    planned_rollbacks,
    promotions,
    rollbacks,
    share,
    slow_canaries,
    unlike_hosts,
)  # fmt: skip
from benchmarks.canary_units import kayenta_ms, several_metrics, unit_flips, verdict_ms
from benchmarks.figure import Figure
from deployments.engine import power
from deployments.engine.sequential import Interval, Rule
from scripts import machine

FAIR, DEFAULT = Rule(margin=1.0), Rule()
BUSY = Traffic()
QUIET = Traffic(50, 450)
SEED = 20261124


def run() -> Iterator[Figure]:
    """All figures."""
    yield from false_rollbacks()
    yield from power_of_the_test()
    yield from early_promotion()
    yield from forecasts()
    yield from latency()
    yield from planned_end()
    yield Figure("canary: verdicts that change with units ×1e-6..×1e6", unit_flips(SEED), "verdicts", 0)
    yield Figure("canary: 20 metrics, 120 intervals, sequential", round(verdict_ms(SEED), 1), "CPU ms", 50)
    yield Figure("canary: 20 metrics, 120 intervals, Kayenta", round(kayenta_ms(SEED), 1), "CPU ms", 50)
    if not {"postgres", "redis"} & machine.missing().keys():
        yield from rollout_lag.figures()


def false_rollbacks() -> Iterator[Figure]:
    """Good canaries, a look every minute for two hours."""
    cases = (
        ("clean", BUSY),
        ("burst on both", replace(BUSY, burst=True)),
        ("shared noise", replace(BUSY, noise=0.3)),
        ("quiet service", QUIET),
    )
    for name, traffic in cases:
        found = rollbacks(traffic, FAIR, 2000, SEED)
        yield Figure(
            f"canary: false rollback, {name}",
            share(found),
            "%",
            1,
            "9.9 (z test each minute)" if name == "clean" else "",
        )
    yield Figure("canary: false rollback, margin 1.05", share(rollbacks(BUSY, DEFAULT, 1000, SEED)), "%", 1)
    for rule in (FAIR, DEFAULT):
        found = unlike_hosts(0.05, rule, 1000, SEED)
        yield Figure(f"canary: false rollback, hosts differ by 5 %, margin {rule.margin:g}", share(found), "%")
    yield Figure("canary: false rollback, 10 metrics at once", several_metrics(SEED), "%", 1)


def power_of_the_test() -> Iterator[Figure]:
    """Bad canaries at 10 % of the traffic and an error rate of 1 %."""
    for name, rule, limits in (("", FAIR, (99, 40_000, 5_000)), (", margin 1.05", DEFAULT, (None, None, None))):
        small = rollbacks(BUSY.with_lift(1.2), rule, 2000, SEED)
        double = rollbacks(BUSY.with_lift(2.0), rule, 2000, SEED)
        yield Figure(f"canary: +20 % found within two hours{name}", share(small), "%", limits[0], more_is_better=True)
        yield Figure(f"canary: +20 %, median{name}", at(small, 0.5) * BUSY.canary, "requests", limits[1])
        yield Figure(f"canary: ×2, p90{name}", at(double, 0.9) * BUSY.canary, "requests", limits[2])
    noisy = rollbacks(replace(BUSY, lift=1.2, noise=0.3), FAIR, 1000, SEED)
    yield Figure("canary: +20 % under shared noise", share(noisy), "%", 99, "64.5 (Mann-Whitney)", more_is_better=True)
    quiet = share(rollbacks(QUIET.with_lift(2.0), FAIR, 2000, SEED), 6000 // QUIET.canary)
    yield Figure("canary: quiet service, ×2 within 6,000", quiet, "%", 99, "75.5 (Mann-Whitney)", more_is_better=True)


def early_promotion() -> Iterator[Figure]:
    """Good canaries go on before their bake time is over; those at +20 % must not."""
    good, bad = promotions(BUSY, FAIR, 2000, SEED), promotions(BUSY.with_lift(FAIR.lift), FAIR, 2000, SEED)
    yield Figure("canary: early promotion, median", at(good, 0.5) * BUSY.canary, "requests", 20_000)
    yield Figure("canary: early promotion of good canaries", share(good), "%", 99, more_is_better=True)
    yield Figure("canary: wrong promotion at +20 %", share(bad), "%", 5)


def forecasts() -> Iterator[Figure]:
    """The forecast of the median against the simulated one, with buckets of ten seconds."""
    tenth = Traffic(167, 1500)
    interval = Interval(tenth.canary, 0, tenth.baseline, tenth.baseline * tenth.rate)
    for lift in (1.2, 1.5, 2.0):
        told = power.seconds_until_seen([interval], FAIR, lift, seconds=10, target=0.5)
        assert told is not None
        seen = at(rollbacks(tenth.with_lift(lift), FAIR, 1000, SEED, looks=1500), 0.5)
        # A bound is crossed within a bucket and seen at its end: half a bucket later on the average.
        error = 100 * abs((10 + told) / 10 + 0.5 - seen) / seen
        yield Figure(f"canary: forecast of ×{lift:g} against the median", round(error, 1), "%", 25)


def latency() -> Iterator[Figure]:
    """Latency with drift that both versions share."""
    yield Figure("canary: latency, false rollback", share(slow_canaries(1.0, 0.15, 500, SEED)), "%", 1)
    found = slow_canaries(1.05, 0.15, 300, SEED)
    yield Figure("canary: latency +5 % found", share(found), "%", 99, "0 (Mann-Whitney)", more_is_better=True)
    yield Figure("canary: latency +5 %, median", at(found, 0.5), "buckets", 40)


def planned_end() -> Iterator[Figure]:
    """O'Brien and Fleming's test, planned for the two hours."""
    for name, traffic in (("clean", BUSY), ("quiet service", QUIET)):
        found = planned_rollbacks(traffic, FAIR, 8000, SEED)
        yield Figure(f"canary: O'Brien-Fleming, false rollback, {name}", share(found), "%", 1)
    small = planned_rollbacks(BUSY.with_lift(1.2), FAIR, 500, SEED)
    yield Figure("canary: O'Brien-Fleming, +20 % found", share(small), "%", 99, more_is_better=True)
    yield Figure("canary: O'Brien-Fleming, +20 %, p90", at(small, 0.9) * BUSY.canary, "requests", 75_000)
