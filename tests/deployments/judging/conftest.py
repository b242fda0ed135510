"""A rollout whose plan measures several things, and ways to fill it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.models import MetricSample, Rollout, RolloutPlan
from deployments.rollouts.start import plan_rollout
from portal.aws.cloudwatch import aligned

TARGET = {
    "kind": "lambda-alias", "account": "111111111111", "region": "eu-west-1", "function": "checkout", "alias": "live",
    "canary": "2", "restore": {"version": "1", "weights": {}},
}  # fmt: skip
SEGMENTS = [
    {"name": "Canary", "weight": 5, "bake_seconds": 600, "minimum_requests": 100},
    {"name": "All", "weight": 100, "bake_seconds": 600, "minimum_requests": 100},
]
PUSHED = {"name": "orders", "source": "pushed"}
P95 = {"name": "p95", "title": "Latency, p95", "kind": "latency", "source": "pushed", "quantile": 0.95}


@pytest.fixture
def rolling(service: Callable[..., Any], db: None) -> Callable[..., Rollout]:
    """Make a rollout of checkout whose canary has had traffic for ten minutes, judged by this analysis."""

    def make(analysis: dict[str, Any] | None = None, **plan: Any) -> Rollout:
        definition = {"period": 60, "segments": SEGMENTS, "analysis": analysis or {}, **plan}
        row = RolloutPlan.objects.create(name=f"plan {RolloutPlan.objects.count()}", definition=definition)
        rollout = plan_rollout(service("checkout"), row, dict(TARGET), version="2026.11.3", by="mira")
        began = timezone.now() - timedelta(minutes=10)
        rollout.segments.filter(order=0).update(state="baking", started_at=began, phase_at=began)
        Rollout.objects.filter(pk=rollout.pk).update(state="running")
        rollout.refresh_from_db()
        return rollout

    return make


def bucket(minutes_ago: int) -> datetime:
    """The start of a bucket of one minute."""
    return aligned(timezone.now(), 60) - timedelta(minutes=minutes_ago)


def filled(rollout: Rollout, rate: float = 0.01, minutes: int = 9) -> None:
    """Counts up to now: 1,000 canary requests a minute with this share of errors; the baseline has 1 %."""
    MetricSample.objects.bulk_create(
        MetricSample(
            rollout=rollout, at=bucket(minute), canary_requests=1000, canary_errors=1000 * rate, baseline_requests=9000,
            baseline_errors=90,
        )
        for minute in range(1, minutes + 1)
    )  # fmt: skip


@pytest.fixture(autouse=True)
def still(time_machine: Any) -> None:
    """The clock stands: a bucket is the same one from the beginning of a test to its end."""
    time_machine.move_to(timezone.now(), tick=False)
