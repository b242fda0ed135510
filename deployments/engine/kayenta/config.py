"""A Kayenta canary configuration, read from its JSON. Keys that do not bear on the judgement are let through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from deployments.engine.plan.reading import PlanError

INCREASE, DECREASE, EITHER = "increase", "decrease", "either"
DIRECTIONS = (INCREASE, DECREASE, EITHER)
MEAN_RATIO, CLES = "meanRatio", "cles"
NEUTRAL = {MEAN_RATIO: 1.0, CLES: 0.5}
MOST_METRICS = 200


@dataclass(frozen=True)
class Effect:
    """How large a difference has to be. A threshold of None is the measure's neutral value (allowed) or off (critical)."""

    measure: str = MEAN_RATIO
    allowed_increase: float | None = None
    allowed_decrease: float | None = None
    critical_increase: float | None = None
    critical_decrease: float | None = None


@dataclass(frozen=True)
class MetricRule:
    """How one metric is judged; `query` stays as it came."""

    name: str
    groups: tuple[str, ...] = ()
    query: Mapping[str, Any] | None = None
    direction: str = EITHER
    replace_missing: bool = False
    critical: bool = False
    muted: bool = False
    must_have_data: bool = False
    effect: Effect = Effect()
    remove_outliers: bool = False
    outlier_factor: float = 3.0


@dataclass(frozen=True)
class Config:
    """The part of a canary configuration that decides."""

    metrics: tuple[MetricRule, ...]
    group_weights: Mapping[str, float]
    pass_at: float
    marginal_at: float
    templates: Mapping[str, str]


def parse(raw: Any) -> Config:
    """Read a configuration. Raises PlanError that names the field."""
    top = _object(raw, "The canary configuration")
    metrics = top.get("metrics")
    if not isinstance(metrics, list) or not 1 <= len(metrics) <= MOST_METRICS:
        raise PlanError(f"metrics: a configuration has 1 to {MOST_METRICS} metrics.")
    classifier = _object(top.get("classifier", {}), "classifier")
    weights = _object(classifier.get("groupWeights", {}), "classifier.groupWeights")
    marks = _object(classifier.get("scoreThresholds", {}), "classifier.scoreThresholds")
    pass_at = _number(marks, "pass", 95.0, "classifier.scoreThresholds")
    marginal_at = _number(marks, "marginal", 75.0, "classifier.scoreThresholds")
    if not 0 <= marginal_at <= pass_at <= 100:
        raise PlanError("classifier.scoreThresholds: 0 ≤ marginal ≤ pass ≤ 100.")
    shares = {name: _number(weights, name, 0.0, "classifier.groupWeights") for name in weights}
    if any(share < 0 for share in shares.values()) or sum(shares.values()) > 100:
        raise PlanError("classifier.groupWeights: weights are at least 0 and at most 100 together.")
    rules = tuple(metric(item, f"metrics[{place}]") for place, item in enumerate(metrics))
    names = [rule.name for rule in rules]
    if len(set(names)) != len(names):
        raise PlanError("metrics: each name is used once.")
    templates = {str(key): str(value) for key, value in _object(top.get("templates", {}), "templates").items()}
    return Config(rules, shares, pass_at, marginal_at, templates)


def metric(raw: Any, where: str) -> MetricRule:
    """Read one metric; ``where`` names it in errors. Raises PlanError."""
    item = _object(raw, where)
    name = item.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 120:
        raise PlanError(f"{where}.name: a name of at most 120 characters.")
    groups = item.get("groups", [])
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise PlanError(f"{where}.groups: a list of names.")
    how = f"{where}.analysisConfigurations.canary"
    canary = _object(_object(item.get("analysisConfigurations", {}), where).get("canary", {}), how)
    direction = canary.get("direction", EITHER)
    if direction not in DIRECTIONS:
        raise PlanError(f"{how}.direction: one of {', '.join(DIRECTIONS)}.")
    outliers = _object(canary.get("outliers", {}), f"{how}.outliers")
    return MetricRule(
        name,
        tuple(groups),
        _object(item.get("query", {}), f"{where}.query"),
        direction,
        replace_missing=canary.get("nanStrategy") == "replace",
        critical=_flag(canary, "critical", how),
        muted=_flag(canary, "muted", how),
        must_have_data=_flag(canary, "mustHaveData", how),
        effect=_effect(_object(canary.get("effectSize", {}), f"{how}.effectSize"), f"{how}.effectSize"),
        remove_outliers=outliers.get("strategy") == "remove",
        outlier_factor=_number(outliers, "outlierFactor", 3.0, f"{how}.outliers"),
    )


def _effect(raw: Mapping[str, Any], where: str) -> Effect:
    measure = raw.get("measure", MEAN_RATIO)
    if measure not in NEUTRAL:
        raise PlanError(f"{where}.measure: one of {', '.join(NEUTRAL)}.")
    keys = ("allowedIncrease", "allowedDecrease", "criticalIncrease", "criticalDecrease")
    values = [_number(raw, key, 0.0, where) if raw.get(key) is not None else None for key in keys]
    return Effect(measure, *values)


def _object(raw: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise PlanError(f"{where}: an object is expected.")
    return raw


def _flag(raw: Mapping[str, Any], key: str, where: str) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        raise PlanError(f"{where}.{key}: true or false.")
    return value


def _number(raw: Mapping[str, Any], key: str, default: float, where: str) -> float:
    value = raw.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise PlanError(f"{where}.{key}: a number.")
    return float(value)
