"""The section `analysis` of a plan: which judge, and the metrics that it looks at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from deployments.engine.kayenta.config import DIRECTIONS, INCREASE, MetricRule
from deployments.engine.kayenta.config import metric as kayenta_rule
from deployments.engine.plan import queries
from deployments.engine.plan.queries import COUNTS, KINDS, LATENCY, SOURCES, TARGET, VALUE
from deployments.engine.plan.reading import PlanError, closed, whole
from deployments.engine.thresholds import limits
from deployments.engine.thresholds.limits import Limits

SEQUENTIAL, OBRIEN_FLEMING, KAYENTA, THRESHOLDS = "sequential", "obrien_fleming", "kayenta", "thresholds"
UNJUDGED = "none"
"""No metrics are judged: alarms, hosts and tests have to do."""
JUDGES = (SEQUENTIAL, OBRIEN_FLEMING, KAYENTA, THRESHOLDS, UNJUDGED)
KEYS = {"judge", "metrics", "groups", "scores", "interval_seconds", "lookback_seconds", "maximum_seconds"}
METRIC_KEYS = {
    "name", "title", "kind", "source", "query", "direction", "group", "weight", "critical", "must_have_data", "muted",
    "quantile", "kayenta", "limits",
}  # fmt: skip
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
MOST_METRICS = 50
LONGEST = 14 * 86_400


@dataclass(frozen=True)
class Metric:
    """One metric of a plan.

    kind: counts (errors of requests), latency (positive, compared by ratio) or value (anything). direction: which way
    is worse. critical: it can roll back by itself; one that is not leaves the question to a person. must_have_data:
    without data there is no verdict. quantile: what is computed from pushed values and histograms.
    """

    name: str
    title: str
    kind: str = COUNTS
    source: str = TARGET
    query: Mapping[str, Any] = field(default_factory=dict)
    direction: str = INCREASE
    groups: tuple[str, ...] = ()
    weight: float = 1.0
    critical: bool = True
    must_have_data: bool = True
    muted: bool = False
    quantile: float = 0.5
    rule: MetricRule | None = None
    limits: Limits | None = None


ERRORS = Metric("errors", "Errors")
TARGET_LATENCY = Metric("latency", "Latency", LATENCY, critical=False, must_have_data=False)


@dataclass(frozen=True)
class Analysis:
    """A judge with its metrics. Without metrics of its own a plan is judged by the streams of its target.

    pass_at and marginal_at are scores (Kayenta). interval_seconds: how often Kayenta judges; lookback_seconds 0: on all
    since the beginning. maximum_seconds: how long a rollout may take under O'Brien and Fleming's test.
    """

    judge: str = SEQUENTIAL
    metrics: tuple[Metric, ...] = (ERRORS, TARGET_LATENCY)
    group_weights: Mapping[str, float] = field(default_factory=dict)
    pass_at: float = 95.0
    marginal_at: float = 75.0
    interval_seconds: int = 600
    lookback_seconds: int = 0
    maximum_seconds: int = 7200

    @property
    def counts(self) -> Metric | None:
        """The metric of errors that the charts show: the first of kind counts."""
        return next((metric for metric in self.metrics if metric.kind == COUNTS), None)


def parse(raw: Any) -> Analysis:
    """Read the section; `{}` is the sequential judge on the target's own streams. Raises PlanError."""
    item = closed(raw, KEYS, "analysis")
    judge = item.get("judge", SEQUENTIAL)
    if judge not in JUDGES:
        raise PlanError(f"analysis.judge is one of {', '.join(JUDGES)}.")
    metrics = _metrics(item.get("metrics"), judge)
    scores = closed(item.get("scores", {}), {"pass", "marginal"}, "analysis.scores")
    pass_at, marginal_at = (_number(scores, key, default, 0, 100) for key, default in (("pass", 95), ("marginal", 75)))
    if marginal_at > pass_at:
        raise PlanError("analysis.scores: marginal is at most pass.")
    return Analysis(
        judge, metrics, _groups(item.get("groups", {})), pass_at, marginal_at,
        whole(item, "interval_seconds", 600, 10, 86_400), whole(item, "lookback_seconds", 0, 0, LONGEST),
        whole(item, "maximum_seconds", 7200, 60, LONGEST),
    )  # fmt: skip


def _metrics(raw: Any, judge: str) -> tuple[Metric, ...]:
    if raw is None and judge != THRESHOLDS:
        return Analysis.metrics
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_METRICS:
        raise PlanError(f"analysis.metrics is a list of 1 to {MOST_METRICS} metrics.")
    found = tuple(_metric(item, f"analysis.metrics[{place}]") for place, item in enumerate(raw))
    if len({metric.name for metric in found}) != len(found):
        raise PlanError("analysis.metrics: each name is used once.")
    if not any(metric.critical and not metric.muted for metric in found) and judge in (SEQUENTIAL, OBRIEN_FLEMING):
        raise PlanError("analysis.metrics: one metric at least is critical, or nothing could roll back.")
    if judge == THRESHOLDS and not all(metric.limits for metric in found):
        raise PlanError("analysis.metrics: the judge thresholds needs limits for each metric.")
    return found


def _metric(raw: Any, where: str) -> Metric:
    item = closed(raw, METRIC_KEYS, where)
    name = item.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise PlanError(f"{where}.name is 1 to 60 small letters, digits, dots, dashes or underscores.")
    kind, source = _one_of(item, "kind", KINDS, COUNTS, where), _one_of(item, "source", SOURCES, TARGET, where)
    if source == TARGET and kind == VALUE:
        raise PlanError(f"{where}: a target has streams of counts and of latency; other values need another source.")
    how = item.get("kayenta", {})
    groups = item.get("group", "")
    groups = (groups,) if isinstance(groups, str) else tuple(groups) if isinstance(groups, list) else None
    if groups is None or not all(isinstance(group, str) and len(group) <= 60 for group in groups):
        raise PlanError(f"{where}.group is a name of at most 60 characters, or a list of such.")
    groups = tuple(group for group in groups if group)
    flags = {"direction": _one_of(item, "direction", DIRECTIONS, INCREASE, where)}
    rule = kayenta_rule(
        {"name": name, "groups": list(groups), "analysisConfigurations": {"canary": {**flags, **_plain(how, where)}}},
        where,
    )
    return Metric(
        name, str(item.get("title") or _titled(name))[:60], kind, source,
        queries.parse(item.get("query", {}), source, kind, f"{where}.query"),
        rule.direction, groups, _number(item, "weight", 1.0, 0.001, 1000, where),
        _flag(item, "critical", rule.critical or not how, where),
        _flag(item, "must_have_data", rule.must_have_data or not how, where), _flag(item, "muted", rule.muted, where),
        _number(item, "quantile", 0.5, 0.001, 0.999, where), rule,
        limits.parse(item["limits"], f"{where}.limits") if "limits" in item else None,
    )  # fmt: skip


def _titled(name: str) -> str:
    """A name as people read it: "error-rate" is "Error rate"."""
    words = re.sub(r"[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def _plain(raw: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise PlanError(f"{where}.kayenta is an object like analysisConfigurations.canary.")
    return raw


def _groups(raw: Any) -> Mapping[str, float]:
    if not isinstance(raw, dict):
        raise PlanError("analysis.groups is an object of groups and their weights in percent.")
    found = {str(name): _number(raw, name, 0, 0, 100) for name in raw}
    if sum(found.values()) > 100:
        raise PlanError("analysis.groups: the weights are at most 100 together.")
    return found


def _one_of(item: Mapping[str, Any], key: str, known: tuple[str, ...], default: str, where: str) -> str:
    value = item.get(key, default)
    if value not in known:
        raise PlanError(f"{where}.{key} is one of {', '.join(known)}.")
    return str(value)


def _flag(item: Mapping[str, Any], key: str, default: bool, where: str) -> bool:
    value = item.get(key, default)
    if not isinstance(value, bool):
        raise PlanError(f"{where}.{key} is true or false.")
    return value


def _number(
    item: Mapping[str, Any], key: str, default: float, least: float, most: float, where: str = "analysis"
) -> float:
    value = item.get(key, default)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not isfinite(value)
        or not least <= value <= most
    ):
        raise PlanError(f"{where}: {key} is a number from {least:g} to {most:g}.")
    return float(value)
