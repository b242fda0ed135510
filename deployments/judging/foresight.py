"""The forecast of a plan in the words and rows of its page."""

from __future__ import annotations

from typing import Any

from deployments.engine.forecast import Forecast, Sight, Step, forecast
from deployments.engine.plan.analysis import SEQUENTIAL
from deployments.engine.plan.segments import Plan
from deployments.engine.verdict import chance, duration, number

LEAST_RATE = 1e-5
"""Assumed where no error was counted at all: one in a hundred thousand."""


def foresee(plan: Plan, per_minute: float, rate: float) -> Forecast:
    """What the plan can see. Segments at the first place only: each further one begins anew, with less left to find.

    Raises ValueError for traffic that cannot be.
    """
    first = next((segment.place for segment in plan.segments if segment.kind != "external"), {})
    steps = [
        Step(segment.name, segment.weight, segment.bake_seconds)
        for segment in plan.segments
        if segment.kind == "weight" and segment.place == first
    ]
    return forecast(steps, plan.rule, per_minute=per_minute, rate=max(rate, LEAST_RATE), period=plan.period)


def shown(found: Forecast, plan: Plan) -> dict[str, Any]:
    """What the fragment needs: one sentence, and one row a rise."""
    return {
        "sentence": _sentence(found),
        "state": "poor" if found.blind else "good" if found.sights[0].seconds is not None else "fair",
        "steps": found.steps,
        "rows": [_row(sight) for sight in found.sights],
        "per_minute": number(found.per_minute) if found.per_minute >= 10 else f"{found.per_minute:.2g}",
        "rate": f"{found.rate * 100:.3g}\u202f%",
        "risk": f"{plan.rule.alpha * 100:g}\u202f%",
        "margin": f"{(plan.rule.margin - 1) * 100:.3g}\u202f%",
        "other_judge": plan.analysis.judge.replace("_", " ") if plan.analysis.judge != SEQUENTIAL else "",
    }


def _sentence(found: Forecast) -> str:
    if not found.steps:
        return "This plan keeps no baseline to compare with: it cannot see a rise before everybody has the new version."
    if found.blind:
        return "At this traffic the plan would miss even doubled errors more often than not: give it longer bakes or more weight."
    seen = [sight for sight in found.sights if sight.seconds is not None]
    first, double = seen[0], seen[-1]
    words = f"{_rise(double.lift).capitalize()} errors would usually be seen within {duration(double.seconds or 0)}"
    if first is not double:
        words += f", {_rise(first.lift)} within {duration(first.seconds or 0)}"
    missed = [_rise(sight.lift) for sight in found.sights if sight.seconds is None]
    return words + (f"; {' and '.join(missed)} would usually be missed." if missed else ".")


def _rise(lift: float) -> str:
    return "doubled" if lift == 2 else f"{(lift - 1) * 100:.0f}\u202f% more"


def _row(sight: Sight) -> dict[str, Any]:
    return {
        "rise": f"×{sight.lift:g}",
        "usual": duration(sight.seconds) if sight.seconds is not None else "not within the plan",
        "sure": duration(sight.sure) if sight.sure is not None else "not within the plan",
        "requests": number(sight.requests) if sight.requests is not None else "–",
        "segment": sight.segment or "–",
        "chances": [chance(value) for value in sight.by_segment],
        "alone": duration(sight.alone) if sight.alone is not None else "more than a week",
    }
