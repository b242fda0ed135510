"""Read both versions' counts from CloudWatch into samples, and judge what they say."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from deployments.engine.sequential import Interval
from deployments.engine.verdict import Verdict, judge
from deployments.models import Judgement, MetricSample, Rollout, RolloutSegment
from portal.aws import cloudwatch
from portal.aws.cloudwatch import Metric, Point

NAMES = ("Invocations", "Errors")
LAG = timedelta(seconds=2)
AGAIN = 2
"""Buckets that are read once more, because counts may arrive late."""
AWAITED = 3
"""Buckets of time after which the first counts of a segment are no longer late but missing."""
LONGEST_READ = timedelta(hours=3)
COUNTS = ["canary_requests", "canary_errors", "baseline_requests", "baseline_errors"]


def collect(rollout: Rollout, since: datetime, *, whole: bool) -> int:
    """Read all whole buckets since the last sample (since ``since`` at first); how many there were. Raises AwsError.

    ``whole``: the canary has all traffic by now.
    """
    period, target = rollout.plan.plan.period, rollout.target
    last = MetricSample.objects.filter(rollout=rollout).aggregate(at=Max("at"))["at"]
    end = cloudwatch.aligned(timezone.now() - LAG, period)
    first = cloudwatch.aligned(since, period) + timedelta(seconds=period)
    start = max(last - timedelta(seconds=AGAIN * period) if last else first, first, end - LONGEST_READ)
    if start >= end:
        return 0
    versions = (target["canary"], target["restore"]["version"])
    asked = [_metric(rollout, name, version) for version in (*versions, "") for name in NAMES]
    *series, all_requests, all_errors = cloudwatch.read(target["account"], target["region"], asked, start, end, period)
    if whole and not series[0]:
        # An alias that serves one version alone is counted without the version.
        series[0], series[1] = all_requests, all_errors
    rows = _rows(rollout, series)
    MetricSample.objects.bulk_create(rows, update_conflicts=True, unique_fields=["rollout", "at"], update_fields=COUNTS)
    return len(rows)


def assess(rollout: Rollout, segment: RolloutSegment) -> Verdict:
    """Judge the rollout by all its samples, and keep the judgement where it rests on new ones."""
    plan, now = rollout.plan.plan, timezone.now()
    samples = list(MetricSample.objects.filter(rollout=rollout).order_by("at"))
    began = segment.started_at or now
    # A bucket that was cut by the change of weight belongs to the segment: most of it was served under the new weight.
    mine = [sample for sample in samples if sample.at + timedelta(seconds=plan.period) > began]
    silent = not mine or now - mine[-1].at > timedelta(seconds=max(4 * plan.period, 30))
    counted = 0 if silent else round(sum(sample.canary_requests for sample in mine))
    intervals = [_interval(sample) for sample in samples]
    seconds = sum(interval.comparable for interval in intervals) * plan.period
    awaited = not mine and now - began < timedelta(seconds=AWAITED * plan.period)
    verdict = judge(
        intervals, plan.rule, minimum=segment.minimum_requests, counted=counted, seconds=seconds, awaited=awaited
    )
    _keep(rollout, segment, verdict, now)
    return verdict


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


def _metric(rollout: Rollout, name: str, version: str) -> Metric:
    target = rollout.target
    resource = f"{target['function']}:{target['alias']}"
    dimensions = {"FunctionName": target["function"], "Resource": resource}
    return Metric("AWS/Lambda", name, dimensions | ({"ExecutedVersion": version} if version else {}))


def _rows(rollout: Rollout, series: list[list[Point]]) -> list[MetricSample]:
    """One row a bucket. Requests without their count of errors are left out: absent is not zero."""
    canary, canary_errors, baseline, baseline_errors = (
        {point.at: point.value for point in points} for points in series
    )
    rows = []
    for at in sorted(canary.keys() | baseline.keys()):
        row = MetricSample(rollout=rollout, at=at)
        if at in canary and at in canary_errors:
            row.canary_requests, row.canary_errors = canary[at], canary_errors[at]
        if at in baseline and at in baseline_errors:
            row.baseline_requests, row.baseline_errors = baseline[at], baseline_errors[at]
        rows.append(row)
    return rows


def _interval(sample: MetricSample) -> Interval:
    return Interval(sample.canary_requests, sample.canary_errors, sample.baseline_requests, sample.baseline_errors)
