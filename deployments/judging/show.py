"""The judgement in the words and shapes of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deployments.engine.plan.analysis import KAYENTA
from deployments.engine.plan.queries import COUNTS
from deployments.engine.verdict import number, odds, percent
from deployments.judging.replaying import JUDGES, Retold
from deployments.models import Rollout
from portal.charts.lines import Limit, LineChart, Series

STATES = {
    "no_worse": ("good", "circle-check", "no worse"),
    "worse": ("poor", "x", "worse"),
    "inconclusive": ("fair", "alert-triangle", "open"),
    "insufficient": ("stale", "circle-dashed", "no data"),
}
ENDS = {"rolled_back": "was rolled back", "succeeded": "succeeded", "failed": "failed"}


def judged(verdict: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the fragment `_metrics.html` needs of a stored verdict; nothing before the first look."""
    if verdict is None:
        return {"rows": []}
    found = rows(verdict)
    return {
        "rows": found,
        "judge": JUDGES.get(verdict.get("judge", ""), ""),
        "score": verdict.get("score"),
        "bound": verdict.get("bound", ""),
        "assumption": verdict["assumption"],
        "odds": any(row["evidence"] for row in found),
        "shared": sum(bool(row["bound"]) for row in found) > 1,
    }


def rows(verdict: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a metric of a stored verdict; verdicts from before there were several metrics have none."""
    return [_row(metric, verdict) for metric in verdict.get("metrics", [])]


def _row(metric: Mapping[str, Any], verdict: Mapping[str, Any]) -> dict[str, Any]:
    state, icon, label = STATES.get(metric["state"], STATES["insufficient"])
    evidence = metric["evidence_worse"]
    return {
        "title": metric["title"],
        "groups": ", ".join(metric["groups"]),
        "state": state,
        "icon": icon,
        "label": label,
        "word": metric["classification"],
        "note": metric["note"],
        "canary": _value(metric["canary"], metric["kind"]),
        "baseline": _value(metric["baseline"], metric["kind"]),
        "evidence": odds(evidence) if evidence is not None else "",
        "bound": odds(verdict["roll_back_at"] / metric["share"]) if metric["share"] else "",
        "role": _role(metric, verdict),
        "must": metric["must_have_data"],
        "buckets": number(metric["buckets"]),
    }


def _role(metric: Mapping[str, Any], verdict: Mapping[str, Any]) -> str:
    if metric["critical"]:
        return "can roll back"
    return "counts in the score" if verdict.get("judge") == KAYENTA else "asks a person"


def _value(value: float | None, kind: str) -> str:
    if value is None:
        return "–"
    return percent(value) if kind == COUNTS else f"{value:,.4g}".replace(",", "\u202f")


def replay_chart(retold: Retold) -> LineChart | None:
    """The evidence at each look of a replay, by its time; None for judges without odds."""
    last = retold.result.last
    if last is None or last.error_bound >= 1:
        return None
    high = last.roll_back_at * 2
    points: list[tuple[datetime | float, float]] = [
        (datetime.fromtimestamp(retold.began + after, UTC), min(max(value, 0.01), high))
        for after, value in retold.result.points
    ]
    limit = Limit(last.roll_back_at, f"roll back at {last.roll_back_at:g} : 1")
    label = "Evidence that it is worse, odds to 1, each line ten times the one below"
    return LineChart(
        label, [Series("evidence", "canary", points)], limits=[limit], low=0.01, high=high, height=160, log=True
    )


def outcome(rollout: Rollout) -> str:
    """What really happened to a rollout."""
    return ENDS.get(rollout.state, f"is {rollout.state.replace('_', ' ')}")
