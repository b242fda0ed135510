"""What a source of metrics has to offer, so that one measurement can read all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deployments.engine.plan.analysis import Metric
from deployments.models.judgement import BASELINE, CANARY
from portal.aws.errors import AwsError
from portal.changes.kinds import Target
from portal.plugins import Registry


class SourceError(AwsError):
    """A source other than AWS could not be read."""

    remedy = "It is read again with the next look; missing data are never taken as good."


@dataclass(frozen=True)
class Row:
    """One bucket of one version: counts (requests, errors), a value, or what a percentile is computed from."""

    at: datetime
    side: str
    requests: float | None = None
    errors: float | None = None
    value: float | None = None
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Asked:
    """What is to be read: these metrics of both versions, for whole buckets of ``period`` seconds that start in [start, end).

    whole: the canary has all traffic by now.
    """

    target: Target
    metrics: Sequence[Metric]
    start: datetime
    end: datetime
    period: int
    whole: bool

    @property
    def versions(self) -> dict[str, str]:
        """What each version is called by the target."""
        return {CANARY: self.target["canary"], BASELINE: self.target["restore"]["version"]}


@dataclass(frozen=True)
class Source:
    """One source. `read` answers rows by the metric's name and raises AwsError; None where rows are pushed to us."""

    key: str
    title: str
    read: Callable[[Asked], dict[str, list[Row]]] | None
    order: int = 100


sources: Registry[Source] = Registry("sources of metrics")
