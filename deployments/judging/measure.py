"""Read what the plan measures of both versions, and judge what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from deployments.engine.judges.judge import judge
from deployments.engine.judges.measured import Measured
from deployments.engine.judges.ruling import Look
from deployments.engine.plan.analysis import Analysis, Metric
from deployments.engine.plan.queries import COUNTS
from deployments.engine.verdict import Verdict
from deployments.judging import store
from deployments.judging.sources.contract import Asked, Source, SourceError, sources
from deployments.models import Judgement, MetricSample, Rollout, RolloutSegment
from deployments.targets.contract import of
from portal.aws import cloudwatch
from portal.aws.errors import AwsError

LAG = timedelta(seconds=2)
AGAIN = 2
"""Buckets that are read once more, because counts may arrive late."""
AWAITED = 3
"""Buckets of time after which the first counts of a segment are no longer late but missing."""
LONGEST_READ = timedelta(hours=3)


def collect(rollout: Rollout, since: datetime, *, whole: bool) -> int:
    """Read all whole buckets since the last one (since ``since`` at first); how many there were.

    ``whole``: the canary has all traffic by now. Every source is read, even where another one fails. Raises AwsError.
    """
    buckets, troubles = 0, []
    for key, metrics in _by_source(rollout).items():
        try:
            buckets += _read(rollout, key, metrics, since, whole)
        except AwsError as error:
            troubles.append(error)
    if troubles:
        raise troubles[0]
    return buckets


def _by_source(rollout: Rollout) -> dict[str, list[Metric]]:
    analysis = rollout.plan.plan.analysis
    found: dict[str, list[Metric]] = {}
    wanted = [*analysis.metrics]
    if analysis.counts is None and of(rollout.target).streams(rollout.target) is not None:
        wanted.append(store.TRAFFIC)
    for metric in wanted:
        found.setdefault(metric.source, []).append(metric)
    return found


def _read(rollout: Rollout, key: str, metrics: Sequence[Metric], since: datetime, whole: bool) -> int:
    source, period = _source(key), rollout.plan.plan.period
    if source.read is None:
        return 0
    last = store.last_bucket(rollout, metrics)
    end = cloudwatch.aligned(timezone.now() - LAG, period)
    first = cloudwatch.aligned(since, period) + timedelta(seconds=period)
    start = max(last - timedelta(seconds=AGAIN * period) if last else first, first, end - LONGEST_READ)
    if start >= end:
        return 0
    found = source.read(Asked(rollout.target, metrics, start, end, period, whole))
    return max((store.keep(rollout, metric, found.get(metric.name, [])) for metric in metrics), default=0)


def _source(key: str) -> Source:
    found = sources.get(key)
    if found is None:
        raise SourceError("read metrics", key, "", "unknown", f"The source {key!r} is not there any more")
    return found


def assess(rollout: Rollout, segment: RolloutSegment) -> Verdict:
    """Judge the rollout by all that was measured, and keep the judgement where it rests on something new."""
    plan, now = rollout.plan.plan, timezone.now()
    measured, samples = store.load(rollout, plan.analysis)
    began = segment.started_at or now
    measured = [_with_silence(one, began, now, plan.period) for one in measured if not store.never_measured(one)]
    look = _look(rollout, segment, samples, measured, now)
    verdict = judge(plan.analysis, measured, plan.rule, look, [store.interval(sample) for sample in samples])
    _keep(rollout, segment, verdict, now)
    return verdict


def _look(
    rollout: Rollout,
    segment: RolloutSegment,
    samples: Sequence[MetricSample],
    measured: Sequence[Measured],
    now: datetime,
) -> Look:
    period, began = rollout.plan.plan.period, segment.started_at or now
    awaited = now - began < timedelta(seconds=AWAITED * period)
    minimum = segment.minimum_requests
    if samples or _counts_requests(rollout, rollout.plan.plan.analysis):
        # A bucket that was cut by the change of weight belongs to the segment: most of it was served under the new weight.
        served = [one for one in samples if one.canary_requests and one.at + timedelta(seconds=period) > began]
        late = not served or now - served[-1].at > _patience(period)
        counted = 0 if late else round(sum(sample.canary_requests for sample in served))
        awaited = awaited and not served
    else:
        # Nothing counts requests here: buckets with both versions have to do.
        lively = [one for one in measured if not one.silent]
        counted, minimum = max((one.comparable for one in lively), default=0), 1
    first = rollout.segments.exclude(started_at=None).order_by("order").values_list("started_at", flat=True).first()
    return Look((first or began).timestamp(), now.timestamp(), period, minimum, counted, awaited)


def _counts_requests(rollout: Rollout, analysis: Analysis) -> bool:
    return analysis.counts is not None or of(rollout.target).streams(rollout.target) is not None


def _patience(period: int) -> timedelta:
    return timedelta(seconds=max(4 * period, 30))


def _with_silence(one: Measured, began: datetime, now: datetime, period: int) -> Measured:
    """Mark a metric whose data have stopped, or have not begun although they should have."""
    if one.metric.kind == COUNTS:
        times = [bucket.at for bucket in one.buckets if bucket.interval.canary_requests]
    else:
        times = [pair.at for pair in one.pairs if pair.canary is not None or pair.baseline is None]
    newest = max([*times, began.timestamp()])
    return replace(one, silent=now.timestamp() - newest > _patience(period).total_seconds())


def _keep(rollout: Rollout, segment: RolloutSegment, verdict: Verdict, now: datetime) -> None:
    last = Judgement.objects.filter(rollout=rollout).order_by("-id").first()
    numbers = verdict.as_dict()
    if last is None or last.segment_id != segment.pk or last.verdict != numbers:
        Judgement.objects.create(
            rollout=rollout,
            segment=segment,
            at=now,
            state=verdict.state,
            evidence=verdict.evidence_worse,
            verdict=numbers,
        )
