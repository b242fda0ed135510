"""A Kayenta canary configuration as a plan: its metrics, groups, weights and thresholds, on the segments of another plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deployments.engine.kayenta import config
from deployments.engine.kayenta.config import Config, MetricRule
from deployments.engine.plan.analysis import KAYENTA, NAME
from deployments.engine.plan.queries import PERIOD, PROMETHEUS, PUSHED, VALUE, VERSION
from deployments.engine.plan.reading import PlanError
from deployments.engine.plan.segments import parse

VARIABLE = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
INTERVALS = {"interval", "period", "step"}


def imported(
    raw: Mapping[str, Any], base: Mapping[str, Any], queries: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The definition of a plan that judges by this configuration. ``queries`` say by metric where it comes from:
    {name: {"source": …, "query": …}}.

    Without that a metric with a PromQL template is asked of Prometheus, and any other one is pushed. Raises PlanError.
    """
    found = config.parse(dict(raw))
    given = dict(queries or {})
    strange = set(given) - {rule.name for rule in found.metrics}
    if strange:
        raise PlanError(f"queries: the configuration has no metric {', '.join(sorted(strange))}.")
    rows = zip(found.metrics, raw["metrics"], strict=True)
    metrics = [_metric(rule, item, found, given.get(rule.name)) for rule, item in rows]
    names = [metric["name"] for metric in metrics]
    if len(set(names)) != len(names):
        raise PlanError("metrics: two names are the same in small letters: rename one.")
    analysis = {
        "judge": KAYENTA,
        "metrics": metrics,
        "groups": dict(found.group_weights),
        "scores": {"pass": found.pass_at, "marginal": found.marginal_at},
    }
    definition = {**base, "analysis": analysis}
    parse(definition)
    return definition


def _metric(rule: MetricRule, raw: Mapping[str, Any], found: Config, given: Any) -> dict[str, Any]:
    canary = raw.get("analysisConfigurations", {}).get("canary", {})
    if given is not None and not isinstance(given, dict):
        raise PlanError(f"queries.{rule.name} is an object with source and query.")
    return {
        "name": _slug(rule.name),
        "title": rule.name[:60],
        "kind": VALUE,
        "direction": rule.direction,
        "group": list(rule.groups),
        "critical": rule.critical,
        "must_have_data": rule.must_have_data,
        "muted": rule.muted,
        "kayenta": {**canary, "direction": rule.direction},
        **(given or _source(rule, found)),
    }


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-.")[:60]
    if not NAME.fullmatch(slug):
        raise PlanError(f"metrics: {name!r} has no letter or digit to make a name of.")
    return slug


def _source(rule: MetricRule, found: Config) -> dict[str, Any]:
    """Where the configuration itself says that the metric comes from, as far as we can ask it the same."""
    query = rule.query or {}
    text = str(query.get("customInlineTemplate") or found.templates.get(str(query.get("customFilterTemplate", "")), ""))
    if query.get("type") != PROMETHEUS or not text.startswith("PromQL:"):
        return {"source": PUSHED}
    filled = VARIABLE.sub(lambda match: _value(match[1], query), text.removeprefix("PromQL:"))
    return {"source": PROMETHEUS, "query": {"value": filled}} if VERSION in filled else {"source": PUSHED}


def _value(name: str, query: Mapping[str, Any]) -> str:
    """What stands for a variable of a template: the scope is the version; others are the query's own."""
    if name == "scope":
        return VERSION
    return PERIOD if name in INTERVALS else str(query.get(name, ""))
