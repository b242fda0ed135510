"""The parts of the canary benchmark that look at whole verdicts: units, several metrics, and how long a judgement takes."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from math import log

from benchmarks.canary_runs import Traffic
from deployments.engine.judges.evidence import shares
from deployments.engine.judges.judge import judge
from deployments.engine.judges.measured import Bucket, Measured
from deployments.engine.judges.ruling import Look
from deployments.engine.plan.analysis import ERRORS, KAYENTA, SEQUENTIAL, Analysis, Metric
from deployments.engine.plan.queries import LATENCY, VALUE
from deployments.engine.sequential import Rule, log_ratios, mean_of_exp
from deployments.engine.symmetric import Pair

INTERVALS, METRICS, PERIOD = 120, 20, 60
SCALES = (1e-6, 1e-3, 1.0, 1e3, 1e6)
LOOK = Look(0, INTERVALS * PERIOD, PERIOD, 100, 10_000)


def unit_flips(seed: int, cases: int = 60) -> int:
    """How many of the verdicts on values, by either judge, are another one in other units."""
    rng, flips = random.Random(seed), 0
    for number in range(cases):
        kind, ratio = (LATENCY, VALUE)[number % 2], rng.choice((1.0, 1.02, 1.05, 1.1, 1.3))
        pairs = _pairs(rng, ratio)
        for name in (SEQUENTIAL, KAYENTA):
            told = {_verdict(name, kind, pairs, scale) for scale in SCALES}
            flips += len(told) - 1
    return flips


def _verdict(name: str, kind: str, pairs: list[Pair], scale: float) -> tuple[str, str]:
    metric = Metric("value", "Value", kind)
    scaled = [Pair(pair.at, pair.canary * scale, pair.baseline * scale) for pair in pairs]  # type: ignore[operator]
    verdict = judge(Analysis(name, (metric,)), [Measured(metric, pairs=scaled)], Rule(), LOOK)
    return verdict.state, verdict.metrics[0].classification


def verdict_ms(seed: int) -> float:
    """Milliseconds of processor time for one verdict on 10 metrics of counts and 10 of latency."""
    return _ms(Analysis(SEQUENTIAL), seed)


def kayenta_ms(seed: int) -> float:
    """The same by Kayenta's judge."""
    return _ms(Analysis(KAYENTA), seed)


def _ms(analysis: Analysis, seed: int) -> float:
    rng = random.Random(seed)
    measured = [_counts(rng, n) if n % 2 else _latency(rng, n) for n in range(METRICS)]
    analysis = replace(analysis, metrics=tuple(one.metric for one in measured))
    tries = []
    for _ in range(5):
        began = time.process_time()
        judge(analysis, measured, Rule(), LOOK)
        tries.append(time.process_time() - began)
    return 1000 * min(tries)


def _counts(rng: random.Random, number: int) -> Measured:
    buckets = [Bucket(n * PERIOD, one) for n, one in enumerate(Traffic(1000 + number).intervals(rng, INTERVALS))]
    return Measured(replace(ERRORS, name=f"errors-{number}"), buckets)


def _latency(rng: random.Random, number: int) -> Measured:
    return Measured(Metric(f"latency-{number}", "Latency", LATENCY), pairs=_pairs(rng, 1.0))


def _pairs(rng: random.Random, ratio: float) -> list[Pair]:
    values = ((rng.lognormvariate(0, 0.2) * ratio, rng.lognormvariate(0, 0.2)) for _ in range(INTERVALS))
    return [Pair(n * PERIOD, *both) for n, both in enumerate(values)]


def several_metrics(seed: int, runs: int = 400, metrics: int = 10) -> float:
    """Percent of good canaries that are rolled back when ten metrics share the error budget."""
    rng, rule = random.Random(seed), Rule(margin=1.0)
    weights = list(shares([replace(ERRORS, name=str(n)) for n in range(metrics)]).values())
    ratios, parts = tuple(rule.worse), tuple(rule.worse.values())
    false = 0
    for _ in range(runs):
        logs = [[0.0] * len(ratios) for _ in range(metrics)]
        streams = [Traffic().intervals(rng) for _ in range(metrics)]
        for intervals in zip(*streams, strict=True):
            for one, interval in zip(logs, intervals, strict=True):
                one[:] = [a + b for a, b in zip(one, log_ratios([interval], rule.margin, ratios), strict=True)]
            if mean_of_exp([mean_of_exp(one, parts) for one in logs], weights) >= log(rule.roll_back_at):
                false += 1
                break
    return 100 * false / runs
