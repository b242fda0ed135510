"""A rollout plan as data: ordered segments, each with a share of a place, a bake time and a number of requests it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deployments.engine.plan import analysis, gates, strategies, validation
from deployments.engine.plan.analysis import Analysis
from deployments.engine.plan.reading import PlanError, closed, whole
from deployments.engine.sequential import Rule

KINDS = ("weight", "zone", "external")
PLAN_KEYS = {
    "strategy",
    "period",
    "rule",
    "segments",
    "early",
    "compliance",
    "analysis",
    "gates",
    "alarms",
    *strategies.KEYS,
}
COMPLIANCE = ("block", "warn")
SEGMENT_KEYS = {
    "name", "share", "kind", "weight", "zone", "place", "region", "bake_seconds", "minimum_requests", "timeout_seconds",
    *validation.KEYS,
}  # fmt: skip
PLACE_KEY_LENGTH, PLACE_VALUE_LENGTH = 40, 300
MOST_SEGMENTS, MOST_ALARMS = 40, 10
LONGEST_BAKE = 7 * 86_400
LONGEST_MOVE = 86_400


@dataclass(frozen=True)
class Segment:
    """One part of a rollout.

    kind "weight" moves ``weight`` (0 to 100, percent of the traffic) and bakes; kind "zone" passes its first gate when
    AWS has moved all hosts of ``zone``; kind "external" waits until a deployment of the same version is reported for
    ``region``. ``place`` names what differs from the rollout's own target (account, region, fields of its kind).
    ``timeout_seconds`` is how long AWS may take to move the segment. ``checks`` are the sections that are read by
    `validation`.
    """

    name: str
    share: str
    kind: str
    weight: float
    bake_seconds: int
    minimum_requests: int
    region: str
    zone: str = ""
    place: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: int = 1800
    checks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A strategy: its segments in order, the metric period in seconds, the rule of judgement, whether a proven canary
    goes on before its bake time is over, whether resources that break AWS Config rules block it or only warn, the
    alarms (by name) of which any takes it back, and what is analysed by which judge."""

    strategy: str
    segments: tuple[Segment, ...]
    period: int
    rule: Rule
    early: bool
    compliance: str
    alarms: tuple[str, ...] = ()
    analysis: Analysis = field(default_factory=Analysis)


def parse(definition: Mapping[str, Any]) -> Plan:
    """Read a plan. Raises PlanError for unknown keys, weights that fall, or values out of range."""
    closed(definition, PLAN_KEYS, "the plan")
    strategy = definition.get("strategy", "canary")
    if strategy not in strategies.STRATEGIES:
        raise PlanError(f"Unknown strategy {strategy!r}; choose one of {', '.join(strategies.STRATEGIES)}.")
    raw = strategies.spread(strategy, definition)
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_SEGMENTS:
        raise PlanError(f"A plan has 1 to {MOST_SEGMENTS} segments.")
    segments = tuple(_segment(item) for item in raw)
    _rising(segments)
    compliance = definition.get("compliance", "block")
    if compliance not in COMPLIANCE:
        raise PlanError(f"compliance is one of {', '.join(COMPLIANCE)}.")
    moved = [segment.name for segment in segments if segment.kind != "external"]
    gates.parse(definition.get("gates", {}), compliance=compliance, segments=moved)
    period, rule = whole(definition, "period", 60, 1, 3600), _rule(definition)
    early, analysed = bool(definition.get("early", False)), analysis.parse(definition.get("analysis", {}))
    return Plan(strategy, segments, period, rule, early, compliance, _alarms(definition), analysed)


def bake_progress(bake_seconds: float, elapsed: float) -> int:
    """How far the bake is, 0 to 100."""
    return 100 if bake_seconds <= 0 else max(0, min(100, int(100 * elapsed / bake_seconds)))


def remaining_seconds(segments: Sequence[tuple[str, float, float]]) -> float:
    """Seconds until the last segment has baked, if every one passes at its bake time.

    ``segments`` are (kind, bake seconds, seconds baked) of the current segment and those after it; external ones wait
    for others and count 0.
    """
    return sum(max(0.0, bake - elapsed) for kind, bake, elapsed in segments if kind != "external")


def _rising(segments: Sequence[Segment]) -> None:
    """At each place the weights rise, and end at 100: half a release is no end of a rollout."""
    places: dict[tuple[tuple[str, str], ...], list[float]] = {}
    for segment in segments:
        if segment.kind != "external":
            places.setdefault(tuple(sorted(segment.place.items())), []).append(segment.weight)
    if not places:
        raise PlanError("A plan needs a segment that moves traffic: the last weight has to be 100 %.")
    for weights in places.values():
        if weights != sorted(weights) or len(set(weights)) != len(weights):
            raise PlanError("Weights have to rise from segment to segment.")
        if weights[-1] != 100:
            raise PlanError("The last weight of each place has to be 100 %.")


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
    zone = str(item.get("zone", ""))[:60]
    if kind == "zone" and not zone:
        raise PlanError(f"Segment {name!r}: a segment of kind zone names its zone, such as eu-west-1a.")
    return Segment(
        name, str(item.get("share", f"{weight:g} %"))[:60], kind, float(weight),
        whole(item, "bake_seconds", 600, 0, LONGEST_BAKE), whole(item, "minimum_requests", 100, 0, 10_000_000),
        str(item.get("region", ""))[:30], zone, _place(name, item.get("place", {})),
        whole(item, "timeout_seconds", 1800, 10, LONGEST_MOVE),
        _checks(name, item),
    )  # fmt: skip


def _checks(name: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """The sections that `validation` reads, once they can be read."""
    checks = {key: item[key] for key in validation.KEYS if key in item}
    try:
        validation.parse(checks)
    except PlanError as error:
        raise PlanError(f"Segment {name!r}: {error}") from error
    return checks


def _place(name: str, raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(key, str) and isinstance(raw[key], str) for key in raw):
        raise PlanError(f"Segment {name!r}: place is an object of texts, such as account and region.")
    if any(len(key) > PLACE_KEY_LENGTH or not 0 < len(raw[key]) <= PLACE_VALUE_LENGTH for key in raw):
        raise PlanError(f"Segment {name!r}: a value of place has 1 to {PLACE_VALUE_LENGTH} characters.")
    return dict(raw)


def _alarms(definition: Mapping[str, Any]) -> tuple[str, ...]:
    raw = definition.get("alarms", [])
    if not isinstance(raw, list) or len(raw) > MOST_ALARMS or not all(isinstance(name, str) and name for name in raw):
        raise PlanError(f"alarms is a list of at most {MOST_ALARMS} names of CloudWatch alarms.")
    return tuple(raw)


def _rule(definition: Mapping[str, Any]) -> Rule:
    raw = definition.get("rule", {})
    if not isinstance(raw, dict) or set(raw) - {"alpha", "beta", "margin", "lift"}:
        raise PlanError("A rule has only alpha, beta, margin and lift.")
    try:
        return Rule(**{key: float(value) for key, value in raw.items()})
    except (TypeError, ValueError) as error:
        raise PlanError(str(error)) from error
