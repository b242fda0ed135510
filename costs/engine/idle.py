"""Idle fleet: instances that never did noticeable work in the look-back window."""

from __future__ import annotations

from decimal import Decimal

from costs.engine.findings import Answer, Finding, Input, Insufficient, NotApplicable, missing
from costs.engine.fleet import Fleet, present_cost, size_inputs
from costs.engine.money import cents, saving
from costs.engine.prices import Price, unknown

KEY = "idle-fleet"
PEAK_LIMIT = 5.0


def judge(fleet: Fleet, on_demand: Price | None) -> Answer:
    """The whole compute price is saved when the busiest hour of 14 days stayed below 5 % CPU."""
    if fleet.count == 0:
        return NotApplicable(KEY, fleet.subject, "The group runs no instances.")
    gap = missing(fleet.cpu, "CPU")
    if gap or fleet.cpu_peak is None:
        return Insufficient(KEY, fleet.subject, gap or "The busiest hour is not known.")
    if fleet.cpu_peak >= PEAK_LIMIT:
        return NotApplicable(KEY, fleet.subject, f"The busiest hour used {fleet.cpu_peak:.0f} % CPU.")
    if on_demand is None:
        return Insufficient(KEY, fleet.subject, unknown(f"ec2/{fleet.instance_type}", fleet.subject.region))
    present = present_cost(fleet, on_demand)
    one_kept = present.amount / fleet.count
    found = saving(present.amount, [one_kept, Decimal(0), Decimal(0)], on_demand.currency)
    return Finding(
        KEY,
        fleet.subject,
        f"Switch {fleet.subject.name} off",
        found,
        present.cents(),
        effort=30,
        risk="Something may still need it once a month: keep a snapshot.",
        undo="Set the desired capacity of the group back.",
        formula=f"{fleet.count} × ${on_demand.amount} × 730 h = ${cents(found.expected)} a month",
        inputs=(*size_inputs(fleet), Input("Busiest hour", f"{fleet.cpu_peak:.1f} % CPU", "AWS/EC2 CPUUtilization")),
        prices=(on_demand,),
        questions=("Does anybody still use it?",),
    )
