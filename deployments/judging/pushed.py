"""Samples that a pipeline or an application pushes to a rollout, bucket by bucket.

The same bucket and side again is the same sample: equal it changes nothing, different it replaces what was there (a
count that was not complete yet); it is never added. What is too old is refused, or a verdict could be changed long after
it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from deployments.engine.plan.analysis import Metric
from deployments.engine.plan.queries import COUNTS, LATENCY, PUSHED
from deployments.judging import store
from deployments.judging.sources.contract import Row
from deployments.models import MetricPoint, MetricSample, Rollout
from deployments.models.judgement import SIDES
from portal.aws.cloudwatch import aligned

OLDEST = timedelta(minutes=15)
AHEAD = timedelta(seconds=60)
Told = tuple[float | None, float | None, float | None, Mapping[str, Any] | None]
UNTOLD: Told = (0.0, 0.0, None, None)
"""One side of a sample that only the other side has told."""


class NotNow(ValueError):
    """The rollout takes no samples; the message says why."""


@dataclass
class Accepted:
    """What became of the samples: how many were new, told before, or told otherwise before; and who was refused, why."""

    stored: int = 0
    repeated: int = 0
    replaced: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)


def accept(rollout: Rollout, samples: Sequence[Mapping[str, Any]]) -> Accepted:
    """Store what can be stored. Each sample has metric, side, at (any moment of its bucket) and its numbers.

    Raises NotNow where the rollout has ended or the canary has had no traffic yet.
    """
    began = rollout.segments.exclude(started_at=None).order_by("order").values_list("started_at", flat=True).first()
    if not rollout.active:
        raise NotNow("The rollout has ended: its samples are closed.")
    if began is None:
        raise NotNow("The canary has had no traffic yet: push samples once the first segment has begun.")
    known = {metric.name: metric for metric in rollout.plan.plan.analysis.metrics if metric.source == PUSHED}
    answer, kept = Accepted(), {}
    for index, sample in enumerate(samples):
        reason = _reason(sample, known, rollout.plan.plan.period, began)
        if reason:
            answer.refused.append({"index": index, "reason": reason})
            continue
        row = _row(sample, rollout.plan.plan.period)
        answer.repeated += (sample["metric"], row.at, row.side) in kept
        kept[sample["metric"], row.at, row.side] = row
    with transaction.atomic():
        for name, metric in known.items():
            _store(rollout, metric, [row for (of, _, _), row in kept.items() if of == name], answer)
    return answer


def _reason(sample: Mapping[str, Any], known: Mapping[str, Metric], period: int, began: datetime) -> str:
    """Why this sample is refused; "" if it is not."""
    metric, at, now = known.get(sample["metric"]), sample["at"], timezone.now()
    if metric is None:
        names = ", ".join(sorted(known)) or "none"
        return f"The plan has no pushed metric {sample['metric']!r}; it has {names}."
    if at > now + AHEAD:
        return "It is of the future: check the clock of the sender."
    if at < began - timedelta(seconds=period):
        return "It is from before the canary had traffic."
    oldest = max(OLDEST, timedelta(seconds=10 * period))
    if at < now - oldest:
        return f"It is too old: samples are taken for {round(oldest.total_seconds() / 60)} minutes."
    return _numbers(sample, metric)


def _numbers(sample: Mapping[str, Any], metric: Metric) -> str:
    if metric.kind == COUNTS:
        if "requests" not in sample or "errors" not in sample:
            return "A metric of counts needs requests and errors."
        return "" if sample["errors"] <= sample["requests"] else "There are more errors than requests."
    given = [key for key in ("value", "values", "histogram") if key in sample]
    if len(given) != 1:
        return "A metric of values needs one of value, values or histogram."
    if metric.kind == LATENCY:
        numbers = sample["values"] if "values" in sample else [sample.get("value", 1.0)]
        return "" if all(number > 0 for number in numbers) else "A latency is more than 0."
    return ""


def _row(sample: Mapping[str, Any], period: int) -> Row:
    at, side = aligned(sample["at"], period), sample["side"]
    if "requests" in sample:
        return Row(at, side, requests=sample["requests"], errors=sample["errors"])
    if "value" in sample:
        return Row(at, side, value=sample["value"])
    detail = {"values": sample["values"]} if "values" in sample else {"le": sample["histogram"]}
    return Row(at, side, detail=detail)


def _store(rollout: Rollout, metric: Metric, rows: Sequence[Row], answer: Accepted) -> None:
    before, changed = _before(rollout, metric, rows), []
    for row in rows:
        old, told = before.get((row.at, row.side)), _told(row)
        if old == told:
            answer.repeated += 1
            continue
        changed.append(row)
        answer.stored += old in (None, UNTOLD)
        answer.replaced += old not in (None, UNTOLD)
    store.keep(rollout, metric, changed)


def _told(row: Row | MetricPoint) -> Told:
    return row.requests, row.errors, row.value, row.detail


def _before(rollout: Rollout, metric: Metric, rows: Sequence[Row]) -> dict[tuple[datetime, str], Told]:
    """What is stored already of the buckets of these rows."""
    times = [row.at for row in rows]
    if metric.name != store.sampled(rollout.plan.plan.analysis).name:
        points = MetricPoint.objects.filter(rollout=rollout, metric=metric.name, at__in=times)
        return {(one.at, one.side): _told(one) for one in points}
    return {
        (one.at, side): (getattr(one, f"{side}_requests"), getattr(one, f"{side}_errors"), None, None)
        for one in MetricSample.objects.filter(rollout=rollout, at__in=times)
        for side in SIDES
    }
