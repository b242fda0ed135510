"""The judgement of a canary: a state, the sentence that says it, and the numbers that carry it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import fsum
from typing import Any

from deployments.engine import power
from deployments.engine.judges.evidence import MetricVerdict
from deployments.engine.judges.ruling import BAD, GOOD, OPEN, Ruling
from deployments.engine.plan.queries import COUNTS
from deployments.engine.sequential import ALONE_MARGIN, Interval, Rule, evidence_alone, evidence_safe, evidence_worse

NO_WORSE, WORSE, INCONCLUSIVE, INSUFFICIENT = "no_worse", "worse", "inconclusive", "insufficient"
ASSUMPTION = "Canary and baseline hosts are alike: same size, same age, the same kind of requests."
SYMMETRY = "In each bucket the values of two equal versions would be as likely to swap places."


@dataclass(frozen=True)
class Verdict:
    """One judgement.

    evidence_worse and evidence_safe are odds to 1. error_bound is the risk of a false rollback over all looks (1 where the
    judge promises nothing), ``bound`` the same in words. seen is the chance (0 to 1) that a rise of ``lift`` would have
    been seen by now; forecast_seconds until it is 99 %, None when that is more than a week away. visible_rise is the
    smallest rise seen in 95 % of cases. proven: a rise of ``lift`` is ruled out, so that the canary may be promoted early.
    score (0 to 100) is of judges that have one; metrics are the parts that it was made of.
    """

    state: str
    headline: str
    sentence: str
    evidence_worse: float
    evidence_safe: float
    roll_back_at: float
    error_bound: float
    margin: float
    lift: float
    canary_requests: int
    canary_errors: int
    baseline_requests: int
    baseline_errors: int
    seen: float
    forecast_seconds: float | None
    visible_rise: float | None
    proven: bool
    assumption: str = ASSUMPTION
    judge: str = "sequential"
    bound: str = ""
    score: float | None = None
    metrics: tuple[MetricVerdict, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON values."""
        return asdict(self) | {"metrics": [asdict(one) | {"groups": list(one.groups)} for one in self.metrics]}


def judge(
    intervals: Sequence[Interval], rule: Rule, *, minimum: int, counted: int, seconds: float, awaited: bool = False
) -> Verdict:
    """Judge the canary by its errors alone, with the sequential test, on all intervals of the rollout."""
    comparable = [interval for interval in intervals if interval.comparable]
    worse, safe = (evidence_worse(comparable, rule), evidence_safe(comparable, rule)) if comparable else (1.0, 1.0)
    if any(interval.alone for interval in intervals):
        worse = max(worse, evidence_alone(intervals))
    lean = BAD if worse >= rule.roll_back_at else OPEN if worse >= rule.roll_back_at**0.5 else GOOD
    ruling = Ruling("sequential", lean, (), worse, safe, rule.alpha, "")
    return judge_counts(
        intervals, rule, minimum=minimum, counted=counted, seconds=seconds, awaited=awaited, ruling=ruling
    )


def judge_counts(
    intervals: Sequence[Interval],
    rule: Rule,
    *,
    minimum: int,
    counted: int,
    seconds: float,
    awaited: bool,
    ruling: Ruling,
) -> Verdict:
    """The verdict that a judge's ruling comes to on these counts.

    ``minimum`` is how many canary requests the segment needs, ``counted`` how many it has had, ``seconds`` how long the
    intervals took together. Missing counts are never good news: nothing counted is inconclusive,
    or, while the first counts may still be on their way (``awaited``), too little to judge.
    """
    comparable = [interval for interval in intervals if interval.comparable]
    compared = fsum(interval.baseline_requests for interval in comparable)
    enough = counted >= minimum and (not intervals or compared >= minimum)
    state = _state(ruling, counted=counted, enough=enough, awaited=awaited)
    proven = state == NO_WORSE and ruling.safe >= rule.safe_at
    traffic = power.merged(comparable)
    seen = power.seen_by_now(traffic, rule, rule.lift)
    forecast = power.seconds_until_seen(traffic, rule, rule.lift, seconds=seconds)
    rise = power.visible_rise(traffic, rule)
    totals = [round(fsum(values)) for values in zip(*map(_counts, comparable), strict=True)] or [0, 0, 0, 0]
    headline = _headline(state, ruling, minimum, counted, proven=proven)
    tested = ruling.error_bound < 1
    sight = (
        _sight(rule.lift, seen, forecast, rise) if tested and comparable and state in (NO_WORSE, INSUFFICIENT) else ""
    )
    words = (_numbers(totals) if comparable else "", _alone(intervals), _metrics(ruling), sight)
    return Verdict(
        state, headline, " ".join(part for part in words if part), ruling.worse, ruling.safe, rule.roll_back_at,
        ruling.error_bound, rule.margin, rule.lift, totals[0], totals[1], totals[2], totals[3], seen, forecast, rise, proven, _assumption(ruling),
        ruling.judge, ruling.bound, ruling.score, ruling.metrics,
    )  # fmt: skip


def _state(ruling: Ruling, *, counted: int, enough: bool, awaited: bool) -> str:
    if ruling.lean == BAD:
        return WORSE
    if counted <= 0:
        return INSUFFICIENT if awaited else INCONCLUSIVE
    if ruling.early or not enough:
        return INSUFFICIENT
    return INCONCLUSIVE if ruling.lean == OPEN else NO_WORSE


def _headline(state: str, ruling: Ruling, minimum: int, counted: int, *, proven: bool) -> str:
    tested, leading = ruling.error_bound < 1, f" ({ruling.leading})" if ruling.leading else ""
    if state == WORSE:
        how = odds(ruling.worse) if tested else _score(ruling)
        return f"Worse than the baseline: {how}{leading}."
    if state == NO_WORSE:
        return "Proven no worse than the baseline." if proven else "No worse than the baseline so far."
    if counted <= 0 and state == INSUFFICIENT:
        return "Waiting for the first counts of this segment."
    if counted <= 0:
        return "No verdict: there are no counts for the canary in this segment."
    if state == INSUFFICIENT:
        few = f"Too few requests to judge: {number(counted)} of {number(minimum)}."
        return f"{ruling.early.rstrip('.')}." if ruling.early and counted >= minimum else few
    some = f"some evidence that it is worse, {odds(ruling.worse)}{leading}" if tested else _score(ruling)
    return f"No verdict: {ruling.doubt or some}."


def _score(ruling: Ruling) -> str:
    """Why, in the words of a judge without odds."""
    score = f"score {ruling.score:g}" if ruling.score is not None else ""
    return ", ".join(part for part in (score, ruling.doubt.rstrip(".")) if part)


def _metrics(ruling: Ruling) -> str:
    """How the other metrics stand, in a few words."""
    if len(ruling.metrics) < 2:
        return ""
    bad = [one.title for one in ruling.metrics if one.state == WORSE]
    words = f"{' and '.join(bad[:3])} {'is' if len(bad) == 1 else 'are'} worse" if bad else "none is worse"
    return f"{len(ruling.metrics)} metrics judged, {words}."


def _assumption(ruling: Ruling) -> str:
    values = any(one.kind != COUNTS for one in ruling.metrics)
    return f"{ASSUMPTION} {SYMMETRY}" if values else ASSUMPTION


def _numbers(totals: Sequence[int]) -> str:
    canary, canary_errors, baseline, baseline_errors = totals
    return (
        f"{number(canary)} canary requests, errors {percent(canary_errors / canary)} "
        f"against {percent(baseline_errors / baseline)}."
    )


def _alone(intervals: Sequence[Interval]) -> str:
    requests = fsum(interval.canary_requests for interval in intervals if interval.alone)
    errors = fsum(interval.canary_errors for interval in intervals if interval.alone)
    if not requests:
        return ""
    return (
        f"With all traffic: {number(requests)} requests, errors {percent(errors / requests)}; no baseline is left, "
        f"more than {ALONE_MARGIN:g} times its rate is taken back."
    )


def _sight(lift: float, seen: float, forecast: float | None, rise: float | None) -> str:
    text = f"A rise of {round((lift - 1) * 100)}\u202f% would have been seen by now in {chance(seen)} of cases"
    if seen >= 0.99:
        return text + "."
    text += (
        f"; in {duration(forecast)} it will be 99\u202f%."
        if forecast
        else "; at this traffic it takes more than a week."
    )
    return (
        text if rise is None else f"{text} A rise to {rise:.1f} times the baseline would have been seen in 95\u202f%."
    )


def number(value: float) -> str:
    """1204 as "1 204", with a narrow space."""
    return f"{round(value):,}".replace(",", "\u202f")


def percent(share: float) -> str:
    """0.0094 as "0.94 %"."""
    return f"{share * 100:.2f}\u202f%"


def chance(share: float) -> str:
    """A probability in whole percent; never a false 0 or 100."""
    return (
        "less than 1\u202f%"
        if share < 0.01
        else "more than 99\u202f%"
        if share > 0.99
        else f"{round(share * 100)}\u202f%"
    )


def odds(value: float) -> str:
    """Evidence as odds: "134 : 1"."""
    if value >= 1_000_000:
        return "more than a million : 1"
    return f"{number(value)} : 1" if value >= 10 else f"{value:.2f} : 1"


def duration(seconds: float) -> str:
    """Seconds as "40 s", "9 min", "3 h" or "2 d"."""
    for limit, unit, size in ((90, "s", 1), (5400, "min", 60), (129_600, "h", 3600)):
        if seconds < limit:
            return f"{max(1, round(seconds / size))}\u202f{unit}"
    return f"{round(seconds / 86_400)}\u202fd"


def _counts(interval: Interval) -> tuple[float, float, float, float]:
    return interval.canary_requests, interval.canary_errors, interval.baseline_requests, interval.baseline_errors
