"""Before the start: how long until a rise would be seen, given the traffic and the weights of the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from deployments.engine import power
from deployments.engine.sequential import Interval, Rule

LIFTS = (1.2, 1.5, 2.0)
USUAL, SURE = 0.5, 0.99


@dataclass(frozen=True)
class Step:
    """A segment of the plan as the forecast needs it: its name, the canary's share in percent, its bake in seconds."""

    name: str
    weight: float
    seconds: float


@dataclass(frozen=True)
class Sight:
    """When a canary with ``lift`` times the errors would be rolled back.

    seconds: in half of all cases, from the first weight; None where that is not within the plan. sure: in 99 % of
    cases. requests: those of the canary until then. segment: where the plan is by then. by_segment: the chance (0 to 1)
    to have seen it by the end of each segment that keeps a baseline. alone: seconds in half of all cases if the plan
    stayed at its first weight; None for more than a week.
    """

    lift: float
    seconds: float | None
    sure: float | None
    requests: int | None
    segment: str
    by_segment: tuple[float, ...]
    alone: float | None


@dataclass(frozen=True)
class Forecast:
    """What a plan can see at this traffic; ``steps`` are the segments that keep a baseline to compare with."""

    per_minute: float
    rate: float
    steps: tuple[Step, ...]
    sights: tuple[Sight, ...]

    @property
    def blind(self) -> bool:
        """Whether even the largest of the rises is more likely to be missed than seen."""
        return all(sight.seconds is None for sight in self.sights)


def forecast(steps: Sequence[Step], rule: Rule, *, per_minute: float, rate: float, period: int) -> Forecast:
    """Forecast for a service with ``per_minute`` requests and an error rate of ``rate`` (0 to 1).

    It holds for the sequential test and segments that pass at the end of their bake. Raises ValueError for traffic
    that cannot be: none, or a rate that is not above 0 and below 1.
    """
    if not (per_minute > 0 and 0 < rate < 1 and period > 0):
        raise ValueError(
            "A forecast needs more than 0 requests a minute and an error rate above 0 and below 100\u202f%."
        )
    compared = tuple(step for step in steps if 0 < step.weight < 100 and step.seconds > 0)
    sights = tuple(_sight(compared, rule, per_minute, rate, lift, period) for lift in LIFTS)
    return Forecast(per_minute, rate, compared, sights)


def _sight(steps: Sequence[Step], rule: Rule, per_minute: float, rate: float, lift: float, period: int) -> Sight:
    whole = sum(step.seconds for step in steps)
    ends = [sum(step.seconds for step in steps[: place + 1]) for place in range(len(steps))]

    def chance(seconds: float) -> float:
        return power.seen_by_now(_traffic(steps, seconds, per_minute, rate), rule, lift, rate)

    usual, sure = (_first(chance, whole, target, period) for target in (USUAL, SURE))
    requests = None
    if usual is not None:
        requests = round(sum(interval.canary_requests for interval in _traffic(steps, usual, per_minute, rate)))
    segment = next((step.name for step, end in zip(steps, ends, strict=True) if usual is not None and usual <= end), "")
    return Sight(
        lift,
        usual,
        sure,
        requests,
        segment,
        tuple(map(chance, ends)),
        _alone(steps, rule, per_minute, rate, lift, period),
    )


def _first(chance: Callable[[float], float], whole: float, target: float, period: int) -> float | None:
    """The first look at which the chance is ``target``; looks come with the buckets, half a one late on the average."""
    if whole <= 0 or chance(whole) < target:
        return None
    lower, upper = 0.0, whole
    while upper - lower > period / 20:
        middle = (lower + upper) / 2
        lower, upper = (lower, middle) if chance(middle) >= target else (middle, upper)
    return min(ceil(upper / period + 0.5 - 1e-9) * period, ceil(whole / period) * period)


def _alone(steps: Sequence[Step], rule: Rule, per_minute: float, rate: float, lift: float, period: int) -> float | None:
    if not steps:
        return None
    one = _traffic([Step("", steps[0].weight, period)], period, per_minute, rate)
    more = power.seconds_until_seen(one, rule, lift, seconds=period, target=USUAL)
    return None if more is None else ceil((period + more) / period + 0.5 - 1e-9) * period


def _traffic(steps: Sequence[Step], seconds: float, per_minute: float, rate: float) -> list[Interval]:
    """What both versions are expected to have served by then, one interval a segment."""
    found, left = [], seconds
    for step in steps:
        lasted = min(step.seconds, left)
        if lasted > 0:
            requests, share = per_minute * lasted / 60, step.weight / 100
            found.append(Interval(requests * share, 0, requests * (1 - share), requests * (1 - share) * rate))
        left -= lasted
    return found
