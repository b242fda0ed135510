"""The section `gates` of a plan: what stops a rollout, what only warns, and who has to approve which segment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployments.engine.plan.reading import PlanError, closed, whole

BLOCK, WARN, OFF = "block", "warn", "off"
POLICIES = (BLOCK, WARN, OFF)
COMPLIANCE, FREEZE, WINDOWS, ALARMS = "compliance", "freeze", "windows", "alarms"
INCIDENTS, ERROR_BUDGET, APPROVALS, GUARDS = "incidents", "error_budget", "approvals", "guards"
CODES = (COMPLIANCE, FREEZE, WINDOWS, ALARMS, INCIDENTS, ERROR_BUDGET)
SEVERE = ("critical", "high", "sev0", "sev1", "sev2", "p0", "p1", "p2", "")
"""Severities that stop a rollout unless the plan names its own; an incident without one may be anything."""
ROLES = ("operator", "admin")
WEEK = 7 * 1440


@dataclass(frozen=True)
class Stance:
    """What a bad answer of one gate means (block, warn or off), and what no answer means (block or warn)."""

    policy: str = BLOCK
    unknown: str = BLOCK


@dataclass(frozen=True)
class ApprovalRule:
    """Who has to say yes before a segment ("" is every one): how many, of which role, and for how many minutes it counts.

    With four eyes whoever started the rollout cannot approve it.
    """

    segment: str = ""
    count: int = 1
    four_eyes: bool = True
    role: str = "operator"
    valid_minutes: int = 1440


@dataclass(frozen=True)
class GatesPolicy:
    """The section as a whole; `reserve` (0 to 1) is the share of the error budget that has to be left."""

    stances: Mapping[str, Stance] = field(default_factory=dict)
    severities: tuple[str, ...] = SEVERE
    reserve: float = 0.0
    approvals: tuple[ApprovalRule, ...] = ()

    def stance(self, code: str) -> Stance:
        """The stance on one gate. Guards of other plugins always block."""
        return self.stances.get(code, DEFAULTS.get(code, Stance()))

    def approval(self, segment: str) -> ApprovalRule | None:
        """The rule for a segment, by its own name before the one for all; None where nobody is asked."""
        fits = [rule for rule in self.approvals if rule.segment in (segment, "")]
        return max(fits, key=lambda rule: bool(rule.segment), default=None)


# A plan that does not name a gate has it all the same. What AWS or a tool may never have told only warns then; a plan
# that names the gate relies on it, so that no answer blocks unless the plan says otherwise.
DEFAULTS = {
    COMPLIANCE: Stance(BLOCK, WARN),
    ALARMS: Stance(BLOCK, WARN),
    ERROR_BUDGET: Stance(BLOCK, WARN),
}


def parse(raw: Any, *, compliance: str = BLOCK, segments: Collection[str] | None = None) -> GatesPolicy:
    """Read the section. `compliance` is the plan's older top-level key, `segments` the names that approvals may give.

    Raises PlanError.
    """
    item = closed(raw, {*CODES, APPROVALS}, "gates")
    stances = {code: _stance(code, item[code]) for code in CODES if code in item}
    if COMPLIANCE not in item:
        stances[COMPLIANCE] = Stance(compliance, WARN)
    severities, budget = item.get(INCIDENTS), item.get(ERROR_BUDGET)
    return GatesPolicy(
        stances,
        _severities(severities) if isinstance(severities, dict) else SEVERE,
        _reserve(budget) if isinstance(budget, dict) else 0.0,
        _approvals(item.get(APPROVALS, []), segments),
    )


def _stance(code: str, raw: Any) -> Stance:
    if isinstance(raw, str):
        raw = {"policy": raw}
    extra = {INCIDENTS: {"severities"}, ERROR_BUDGET: {"reserve"}}.get(code, set())
    item = closed(raw, {"policy", "unknown", *extra}, f"gates.{code}")
    policy, unknown = item.get("policy", BLOCK), item.get("unknown", BLOCK)
    if policy not in POLICIES:
        raise PlanError(f"gates.{code}: the policy is one of {', '.join(POLICIES)}.")
    if unknown not in (BLOCK, WARN):
        raise PlanError(f"gates.{code}: unknown is one of {BLOCK}, {WARN}.")
    return Stance(policy, unknown if policy == BLOCK else WARN)


def _severities(item: Mapping[str, Any]) -> tuple[str, ...]:
    raw = item.get("severities", list(SEVERE))
    if not isinstance(raw, list) or len(raw) > 20 or not all(isinstance(one, str) and len(one) <= 20 for one in raw):
        raise PlanError(
            'gates.incidents: severities is a list of at most 20 short words, such as ["critical", "high"].'
        )
    return tuple(one.strip().lower() for one in raw)


def _reserve(item: Mapping[str, Any]) -> float:
    value = item.get("reserve", 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise PlanError("gates.error_budget: reserve is a share from 0 to less than 1.")
    return float(value)


def _approvals(raw: Any, segments: Collection[str] | None) -> tuple[ApprovalRule, ...]:
    if not isinstance(raw, list) or len(raw) > 20:
        raise PlanError("gates.approvals is a list of at most 20 rules.")
    rules = tuple(_approval(item) for item in raw)
    names = [rule.segment for rule in rules]
    if len(set(names)) != len(names):
        raise PlanError("gates.approvals: a segment has at most one rule.")
    for name in names:
        if name and segments is not None and name not in segments:
            raise PlanError(
                f"gates.approvals: there is no segment {name!r} that the portal moves; choose one of {', '.join(segments)}."
            )
    return rules


def _approval(raw: Any) -> ApprovalRule:
    item = closed(raw, {"segment", "count", "four_eyes", "role", "valid_minutes"}, "gates.approvals")
    segment, role, four_eyes = item.get("segment", ""), item.get("role", "operator"), item.get("four_eyes", True)
    if not isinstance(segment, str) or len(segment) > 60:
        raise PlanError("gates.approvals: segment is the name of a segment, or absent for every one.")
    if role not in ROLES:
        raise PlanError(f"gates.approvals: the role is one of {', '.join(ROLES)}.")
    if not isinstance(four_eyes, bool):
        raise PlanError("gates.approvals: four_eyes is true or false.")
    return ApprovalRule(
        segment, whole(item, "count", 1, 1, 10), four_eyes, role, whole(item, "valid_minutes", 1440, 5, WEEK)
    )
