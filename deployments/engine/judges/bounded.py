"""The two tests with an error bound: sequential (any number of looks) and O'Brien and Fleming's (a planned end)."""

from __future__ import annotations

from collections.abc import Sequence

from deployments.engine.judges.evidence import MetricVerdict, combined, described, odds, shares
from deployments.engine.judges.measured import Measured
from deployments.engine.judges.ruling import BAD, GOOD, OPEN, Look, Ruling, missing
from deployments.engine.plan.analysis import SEQUENTIAL, Analysis
from deployments.engine.sequential import Rule

WORDS = {"worse": "worse", "inconclusive": "some evidence", "no_worse": "no worse", "insufficient": "no data"}


def rule_on(analysis: Analysis, measured: Sequence[Measured], rule: Rule, look: Look) -> Ruling:
    """Weigh every metric, and all critical ones together."""
    budget = shares([one.metric for one in measured])
    planned = max(1, round(analysis.maximum_seconds / look.period))
    parts = tuple(_part(one, rule, analysis.judge, planned, budget) for one in measured)
    critical = [one for one in parts if one.critical]
    worse = combined([(one.share, one.evidence_worse or 1.0) for one in critical], analysis.judge)
    # Only what has data can be proven; what may lack data does not hold a promotion up.
    asked = [one.evidence_safe or 1.0 for one in critical if one.buckets or one.must_have_data]
    top = max(critical, key=lambda one: one.share * (one.evidence_worse or 0.0), default=None)
    others = [one.title for one in parts if not one.critical and one.state == "worse"]
    doubt = missing(parts) or (
        f"{' and '.join(others[:3])} {'looks' if len(others) == 1 else 'look'} worse, which a person decides"
        if others
        else ""
    )
    lean = BAD if worse >= rule.roll_back_at else OPEN if doubt or worse >= rule.roll_back_at**0.5 else GOOD
    leading = top.title if top is not None and len(critical) > 1 else ""
    safe = min(asked, default=1.0)
    return Ruling(analysis.judge, lean, parts, worse, safe, rule.alpha, _bound(analysis, rule, look), leading, doubt)


def _part(one: Measured, rule: Rule, judge: str, planned: int, budget: dict[str, float]) -> MetricVerdict:
    share = budget.get(one.metric.name, 0.0)
    worse, safe = odds(one, rule, judge, planned)
    # A critical metric alone has only its part of the budget to reach the bound with.
    reached = worse * (share or 1.0)
    state = (
        "worse" if reached >= rule.roll_back_at
        else "insufficient" if one.no_data
        else "inconclusive" if reached >= rule.roll_back_at**0.5
        else "no_worse"
    )  # fmt: skip
    facts = described(one)
    if one.silent:
        facts["buckets"] = 0
    note = "proven" if state == "no_worse" and safe >= rule.safe_at else WORDS[state]
    return MetricVerdict(
        **facts,
        state=state,
        classification=note,
        note=_note(one),
        share=share,
        evidence_worse=worse,
        evidence_safe=safe,
    )


def _note(one: Measured) -> str:
    if one.silent:
        return "Its data stopped: what came before does not count as good."
    return "" if one.comparable else "There is no bucket with both versions."


def _bound(analysis: Analysis, rule: Rule, look: Look) -> str:
    risk = f"{rule.alpha * 100:g}\u202f%"
    if analysis.judge == SEQUENTIAL:
        return f"At most {risk} risk of a false rollback, over any number of looks."
    minutes = round(analysis.maximum_seconds / 60)
    late = look.now - look.began > analysis.maximum_seconds
    end = " They are over: the risk is used up, and later data are not looked at." if late else ""
    return f"At most {risk} risk of a false rollback over all looks within the planned {minutes}\u202fminutes.{end}"
