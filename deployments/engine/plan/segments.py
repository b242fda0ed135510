"""A rollout plan as data: ordered segments, each with a weight, a bake time and a number of requests it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployments.engine.plan import analysis
from deployments.engine.plan.analysis import Analysis
from deployments.engine.plan.reading import PlanError, whole
from deployments.engine.sequential import Rule

STRATEGIES = ("canary", "linear", "blue_green", "all_at_once")
KINDS = ("weight", "external")
PLAN_KEYS = {"strategy", "period", "rule", "segments", "early", "compliance", "analysis"}
COMPLIANCE = ("block", "warn")
SEGMENT_KEYS = {"name", "share", "kind", "weight", "bake_seconds", "minimum_requests", "region"}
MOST_SEGMENTS = 20
LONGEST_BAKE = 7 * 86_400


@dataclass(frozen=True)
class Segment:
    """One part of a rollout.

    kind "weight" moves ``weight`` (0 to 100, percent of the traffic) and bakes; kind "external" waits until a deployment
    of the same version is reported for ``region``.
    """

    name: str
    share: str
    kind: str
    weight: float
    bake_seconds: int
    minimum_requests: int
    region: str


@dataclass(frozen=True)
class Plan:
    """A strategy: its segments in order, the metric period in seconds, the rule of judgement, whether a proven canary
    goes on before its bake time is over, whether resources that break AWS Config rules block it or only warn, and what
    is analysed."""

    strategy: str
    segments: tuple[Segment, ...]
    period: int
    rule: Rule
    early: bool
    compliance: str
    analysis: Analysis


def parse(definition: Mapping[str, Any]) -> Plan:
    """Read a plan. Raises PlanError for unknown keys, weights that fall, or values out of range."""
    unknown = set(definition) - PLAN_KEYS
    if unknown:
        raise PlanError(f"Unknown keys in the plan: {', '.join(sorted(unknown))}.")
    strategy = definition.get("strategy", "canary")
    if strategy not in STRATEGIES:
        raise PlanError(f"Unknown strategy {strategy!r}; choose one of {', '.join(STRATEGIES)}.")
    raw = definition.get("segments")
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_SEGMENTS:
        raise PlanError(f"A plan has 1 to {MOST_SEGMENTS} segments.")
    segments = tuple(_segment(item) for item in raw)
    weights = [segment.weight for segment in segments if segment.kind == "weight"]
    if weights != sorted(weights) or len(set(weights)) != len(weights):
        raise PlanError("Weights have to rise from segment to segment.")
    if not weights or weights[-1] != 100:
        raise PlanError("The last weight has to be 100 %.")
    compliance = definition.get("compliance", "block")
    if compliance not in COMPLIANCE:
        raise PlanError(f"compliance is one of {', '.join(COMPLIANCE)}.")
    period, rule = whole(definition, "period", 60, 1, 3600), _rule(definition)
    analysed = analysis.parse(definition.get("analysis", {}))
    return Plan(strategy, segments, period, rule, bool(definition.get("early", False)), compliance, analysed)


def bake_progress(bake_seconds: float, elapsed: float) -> int:
    """How far the bake is, 0 to 100."""
    return 100 if bake_seconds <= 0 else max(0, min(100, int(100 * elapsed / bake_seconds)))


def remaining_seconds(segments: Sequence[tuple[str, float, float]]) -> float:
    """Seconds until the last weight has baked, if every segment passes at its bake time.

    ``segments`` are (kind, bake seconds, seconds baked) of the current segment and those after it; external ones wait
    for others and count 0.
    """
    return sum(max(0.0, bake - elapsed) for kind, bake, elapsed in segments if kind == "weight")


def _segment(item: Any) -> Segment:
    if not isinstance(item, dict) or set(item) - SEGMENT_KEYS:
        raise PlanError(f"A segment is an object with the keys {', '.join(sorted(SEGMENT_KEYS))}.")
    name, kind, weight = item.get("name"), item.get("kind", "weight"), item.get("weight", 100)
    if not isinstance(name, str) or not 0 < len(name) <= 60:
        raise PlanError("Each segment needs a name of at most 60 characters.")
    if kind not in KINDS:
        raise PlanError(f"Segment {name!r}: the kind is one of {', '.join(KINDS)}.")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 100:
        raise PlanError(f"Segment {name!r}: the weight is more than 0 and at most 100 %.")
    return Segment(
        name, str(item.get("share", f"{weight:g} %"))[:60], kind, float(weight),
        whole(item, "bake_seconds", 600, 0, LONGEST_BAKE), whole(item, "minimum_requests", 100, 0, 10_000_000),
        str(item.get("region", ""))[:30],
    )  # fmt: skip


def _rule(definition: Mapping[str, Any]) -> Rule:
    raw = definition.get("rule", {})
    if not isinstance(raw, dict) or set(raw) - {"alpha", "beta", "margin", "lift"}:
        raise PlanError("A rule has only alpha, beta, margin and lift.")
    try:
        return Rule(**{key: float(value) for key, value in raw.items()})
    except (TypeError, ValueError) as error:
        raise PlanError(str(error)) from error
