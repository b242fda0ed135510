"""Plans of the demo organisation that judge in other ways, so that a rollout can be replayed under each of them."""

from __future__ import annotations

from typing import Any

from deployments import plans
from deployments.judging import traffic
from deployments.plans import BUILT_IN, STANDARD
from portal.jobs.context import JobContext

ERRORS: dict[str, Any] = {"name": "errors"}
ANALYSES: dict[str, dict[str, Any]] = {
    "tier 2 planned half hour": {"judge": "obrien_fleming", "maximum_seconds": 1800, "metrics": [ERRORS]},
    "tier 2 fixed limit": {
        "judge": "thresholds",
        "metrics": [{**ERRORS, "limits": {"max": 0.015, "failed_checks": 4}}],
    },
    "tier 2 as in Kayenta": {
        "judge": "kayenta",
        "interval_seconds": 60,
        "metrics": [{**ERRORS, "group": "Errors", "kayenta": {"direction": "increase"}}],
    },
}


def load(context: JobContext) -> None:
    """Store the plans, and count the traffic that forecasts rest on. May be called again."""
    for name, analysis in ANALYSES.items():
        plans.add(name, {**BUILT_IN[STANDARD], "analysis": analysis}, "mira")
    traffic.run(context)
