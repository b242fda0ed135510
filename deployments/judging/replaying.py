"""Judge a rollout's stored samples by another plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from deployments.engine.judges.measured import Bucket
from deployments.engine.plan.analysis import Analysis
from deployments.engine.replay import Replayed, replay
from deployments.engine.verdict import duration
from deployments.judging import store
from deployments.models import Rollout, RolloutPlan

JUDGES = {
    "sequential": "sequential test",
    "obrien_fleming": "O'Brien and Fleming's test",
    "kayenta": "Kayenta's judge",
    "thresholds": "plain thresholds",
}
LEANS = {"no_worse": "good", "worse": "poor", "inconclusive": "fair"}


@dataclass(frozen=True)
class Retold:
    """A replay with the plan that judged, when the first bucket began (seconds since 1970), and which of the plan's metrics
    were never measured in this rollout."""

    plan: RolloutPlan
    analysis: Analysis
    result: Replayed
    began: float
    unknown: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What would have happened, in one sentence."""
        if self.result.last is None:
            return "Nothing was measured in this rollout: there is nothing to judge."
        if self.result.rolled_back_after is not None:
            return f"It would have been rolled back after {duration(self.result.rolled_back_after)}."
        if self.result.proven_after is not None:
            return f"It would have been proven no worse after {duration(self.result.proven_after)}."
        return f"It would not have been rolled back. {self.result.last.headline}"


def retell(rollout: Rollout, plan: RolloutPlan) -> Retold:
    """Replay all that is stored of a rollout by ``plan``; three queries and no AWS."""
    wanted = plan.plan
    own = rollout.plan.plan
    analysis = _matched(wanted.analysis, own.analysis)
    measured, samples = store.load(rollout, analysis)
    traffic = [Bucket(sample.at.timestamp(), store.interval(sample)) for sample in samples]
    measured = [one for one in measured if not store.never_measured(one)]
    times = [at for one in measured for at in one.times()] + [bucket.at for bucket in traffic]
    minimum = next((segment.minimum_requests for segment in wanted.segments if segment.kind != "external"), 0)
    began = min(times, default=0.0)
    result = replay(
        analysis, measured, wanted.rule, began=began, period=own.period, minimum=minimum,
        traffic=[(bucket.at, bucket.interval) for bucket in traffic],
    )  # fmt: skip
    empty = tuple(one.metric.title for one in measured if not one.times() and one.metric.must_have_data)
    return Retold(plan, analysis, result, began, empty)


def _matched(wanted: Analysis, own: Analysis) -> Analysis:
    """The other plan's metrics on this rollout's data: by name, and its first counts on what was sampled."""
    sampled, first = store.sampled(own), wanted.counts
    return replace(
        wanted,
        metrics=tuple(replace(metric, name=sampled.name) if metric is first else metric for metric in wanted.metrics),
    )


def shown(retold: Retold) -> dict[str, Any]:
    """What the page and REST tell of a replay."""
    last = retold.result.last
    return {
        "title": JUDGES[retold.analysis.judge],
        "plan": str(retold.plan) if retold.plan.pk else retold.plan.name,
        "judge": retold.analysis.judge,
        "rolled_back_after": retold.result.rolled_back_after,
        "proven_after": retold.result.proven_after,
        "looks": retold.result.looks,
        "state": last.state if last else None,
        "lean": LEANS.get(last.state, "neutral") if last else "neutral",
        "headline": last.headline if last else retold.sentence,
        "bound": last.bound if last else "",
        "metrics": list(last.metrics) if last else [],
    }
