"""The advice as JSON: every point, rank, fit and observation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from services.engine.advisor.pie import Point
from services.engine.advisor.verdict import Advice


def as_json(advice: Advice) -> dict[str, Any]:
    """What REST answers; `pie` and `cache` are null while nothing is answered."""
    pie = advice.pie
    return {
        "match": advice.match,
        "severity": advice.severity,
        "because": advice.because,
        "confidence": advice.confidence,
        "pie": {"pair": pie.pair, "tension": pie.tension, "totals": pie.totals, "points": _points(pie.points)} if pie else None,
        "families": [
            {"family": entry.family, "services": entry.services, "place": entry.place, "total": entry.total,
             "points": _points(entry.points)}
            for entry in advice.ranked
        ],
        "stores": [{**asdict(fit.store), "match": fit.match, "severity": fit.severity, "because": fit.because}
                   for fit in advice.fits],
        "retired": [{"store": store.name, **asdict(gone)} for store, gone in advice.retired],
        "evidence": [asdict(entry) for entry in advice.evidence],
        "cache": asdict(advice.cache) if advice.cache else None,
    }  # fmt: skip


def _points(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [asdict(point) for point in points]
