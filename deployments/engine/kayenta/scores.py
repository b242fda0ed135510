"""Scores of groups and of the whole, and the verdict that they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deployments.engine.kayenta.classify import HIGH, LOW, NODATA, NODATA_FAIL, PASS, Outcome, classify
from deployments.engine.kayenta.config import Config

PASSED, MARGINAL, FAILED = "Pass", "Marginal", "Fail"
NO_GROUP = "no group"
Values = Sequence[float | None]


@dataclass(frozen=True)
class GroupScore:
    """The score (0 to 100) of one group, and its weight in the whole (percent)."""

    name: str
    score: float
    weight: float
    no_data: bool


@dataclass(frozen=True)
class Judged:
    """The whole judgement: a score of 0 to 100, what it means, and why where it is not the groups' sum."""

    score: float
    classification: str
    reason: str
    groups: tuple[GroupScore, ...]
    outcomes: tuple[Outcome, ...]


def judge(config: Config, values: Mapping[str, tuple[Values, Values]]) -> Judged:
    """Judge all metrics on ``values`` {metric: (canary, control)}; a metric that is not there has no data."""
    rules = [rule for rule in config.metrics if not rule.muted]
    outcomes = tuple(classify(rule, *values.get(rule.name, ((), ()))) for rule in rules)
    groups = _groups(outcomes, config.group_weights)
    score, reason = _summary(outcomes, groups)
    return Judged(score, named(score, config.pass_at, config.marginal_at), reason, groups, outcomes)


def named(score: float, pass_at: float, marginal_at: float) -> str:
    """What a score means; at a mark the better word holds."""
    return PASSED if score >= pass_at else MARGINAL if score >= marginal_at else FAILED


def _groups(outcomes: Sequence[Outcome], weights: Mapping[str, float]) -> tuple[GroupScore, ...]:
    members: dict[str, list[str]] = {}
    for outcome in outcomes:
        for name in outcome.rule.groups or (NO_GROUP,):
            members.setdefault(name, []).append(outcome.classification)
    free = [name for name in members if name not in weights]
    rest = max(0.0, 100 - sum(weights.values())) / len(free) if free else 0.0
    return tuple(_group(name, found, weights.get(name, rest)) for name, found in members.items())


def _group(name: str, found: Sequence[str], weight: float) -> GroupScore:
    counted = [one for one in found if one in (PASS, HIGH, LOW, NODATA_FAIL)]
    score = 100 * counted.count(PASS) / len(counted) if counted else 0.0
    return GroupScore(name, score, weight, no_data=not counted)


def _summary(outcomes: Sequence[Outcome], groups: Sequence[GroupScore]) -> tuple[float, str]:
    for outcome in outcomes:
        if outcome.critical and outcome.classification != PASS:
            return 0.0, f"{outcome.rule.name} is critical and came to {outcome.classification}."
    missing = sum(outcome.classification == NODATA for outcome in outcomes)
    if not outcomes or missing * 2 >= len(outcomes):
        return 0.0, f"{missing} of {len(outcomes)} metrics have no data."
    # A group without any data takes nothing away.
    total = sum(group.weight * (100.0 if group.no_data else group.score) for group in groups) / 100
    return round(total, 2), ""
