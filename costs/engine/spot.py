"""Spot candidate: a fleet that bears interruptions and pays the on-demand price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from costs.engine.findings import Answer, Finding, Input, Insufficient, NotApplicable
from costs.engine.fleet import Fleet, present_cost, size_inputs
from costs.engine.money import cents, saving
from costs.engine.prices import Price, unknown

KEY = "spot"
SPOT_SHARE = Decimal("0.7")
KEPT_DAYS = 90


@dataclass(frozen=True, slots=True)
class SpotMarket:
    """Hourly spot prices of one type over a window: time-weighted mean, cheapest and 95th percentile, all zones."""

    mean: Decimal
    cheapest: Decimal
    p95: Decimal
    points: int
    zones: int
    source: str


def market(
    points: Mapping[str, Sequence[tuple[datetime, Decimal]]], start: datetime, end: datetime, source: str
) -> SpotMarket | None:
    """Summarise price points per zone as step functions over [start, end); None when no zone has a usable price.

    A point before start is the price in force at start, unless it is older than the 90 days that AWS keeps.
    """
    pieces: list[tuple[Decimal, float]] = []
    used = zones = 0
    for history in points.values():
        steps = list(_steps(history, start, end))
        pieces += steps
        used += len(steps)
        zones += bool(steps)
    if not pieces:
        return None
    weight = sum(seconds for _, seconds in pieces)
    mean = sum((price * Decimal(seconds) for price, seconds in pieces), Decimal(0)) / Decimal(weight)
    return SpotMarket(mean, min(price for price, _ in pieces), _quantile(pieces, 0.95), used, zones, source)


def _steps(
    history: Sequence[tuple[datetime, Decimal]], start: datetime, end: datetime
) -> Iterable[tuple[Decimal, float]]:
    oldest = end - timedelta(days=KEPT_DAYS)
    kept = sorted(point for point in history if oldest <= point[0] < end and point[1] > 0)
    for index, (since, price) in enumerate(kept):
        until = kept[index + 1][0] if index + 1 < len(kept) else end
        seconds = (min(until, end) - max(since, start)).total_seconds()
        if seconds > 0:
            yield price, seconds


def _quantile(pieces: Sequence[tuple[Decimal, float]], share: float) -> Decimal:
    wanted = share * sum(seconds for _, seconds in pieces)
    passed = 0.0
    ordered = sorted(pieces)
    for price, seconds in ordered:
        passed += seconds
        if passed >= wanted:
            return price
    return ordered[-1][0]


def judge(fleet: Fleet, on_demand: Price | None, spot: SpotMarket | None) -> Answer:
    """Saving = instances x 730 h x 70 % on spot x (on-demand price - spot price); the range is the price history's."""
    refusal = _refusal(fleet)
    if refusal:
        return NotApplicable(KEY, fleet.subject, refusal)
    if on_demand is None:
        return Insufficient(KEY, fleet.subject, unknown(f"ec2/{fleet.instance_type}", fleet.subject.region))
    if spot is None:
        return Insufficient(
            KEY, fleet.subject, f"AWS reports no spot price for {fleet.instance_type} in the last 30 days."
        )
    present = present_cost(fleet, on_demand)
    moved = present.amount * SPOT_SHARE
    future = [
        present.amount - moved + moved * price / on_demand.amount for price in (spot.p95, spot.mean, spot.cheapest)
    ]
    found = saving(present.amount, future, on_demand.currency)
    if found.expected <= 0:
        return NotApplicable(KEY, fleet.subject, "Spot has not been cheaper than on demand in the last 30 days.")
    formula = (
        f"{fleet.count} instances × 730 h × 70 % on spot × "
        f"(${on_demand.amount} on demand − ${spot.mean:.4f} spot) = ${cents(found.expected)} a month"
    )
    return Finding(
        KEY,
        fleet.subject,
        f"Run 70 % of {fleet.subject.name} on spot",
        found,
        present.cents(),
        effort=180,
        risk="AWS may take a spot instance back with two minutes' notice.",
        undo="Set the on-demand share of the group's mixed instances policy back to 100 %.",
        formula=formula,
        inputs=size_inputs(fleet) + _market_inputs(fleet, spot),
        prices=(on_demand,),
        questions=(
            "Does every task bear being stopped after two minutes' notice?",
            "Is there local data that no other copy holds?",
        ),
    )


def _refusal(fleet: Fleet) -> str:
    if fleet.count == 0:
        return "The group runs no instances."
    if fleet.spot_share > 0:
        return "The group already runs on spot."
    if fleet.stateful:
        return "The group is tagged as stateful."
    if not fleet.interruptible and (fleet.count < 2 or fleet.zones < 2):
        return "A single zone or a single instance does not bear an interruption."
    return ""


def _market_inputs(fleet: Fleet, spot: SpotMarket) -> tuple[Input, ...]:
    bears = "tagged interruptible" if fleet.interruptible else f"{fleet.count} instances in {fleet.zones} zones"
    return (
        Input("Bears interruptions because", bears, "configuration"),
        Input("Share on spot", "70 %", "assumption: the rest stays on demand as a base"),
        Input(
            "Spot price, mean", f"${spot.mean:.4f} an hour", f"{spot.source}, {spot.points} points, {spot.zones} zones"
        ),
        Input("Spot price, 95th percentile", f"${spot.p95:.4f} an hour", spot.source),
    )
