"""A group of EC2 instances as the fleet detectors see it, and its present monthly price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from costs.engine.findings import Input, Measure, Subject
from costs.engine.money import HOURS_PER_MONTH, Money
from costs.engine.prices import Price


@dataclass(frozen=True, slots=True)
class Fleet:
    """An auto scaling group: how many instances of which type it runs, and how busy they are (CPU in percent)."""

    subject: Subject
    instance_type: str
    count: int
    zones: int = 1
    spot_share: float = 0.0
    behind_load_balancer: bool = False
    interruptible: bool = False
    stateful: bool = False
    cpu: Measure | None = None
    cpu_peak: float | None = None


def present_cost(fleet: Fleet, price: Price) -> Money:
    """The fleet's monthly cost at the list price: instances x price per hour x 730."""
    return Money(Decimal(fleet.count) * price.amount * HOURS_PER_MONTH, price.currency)


def size_inputs(fleet: Fleet) -> tuple[Input, ...]:
    """The inputs that every fleet detector shows: what runs, and how busy it was."""
    rows = [
        Input("Instances", str(fleet.count), "desired capacity of the group"),
        Input("Instance type", fleet.instance_type, "launch template"),
    ]
    if fleet.cpu is not None:
        rows.append(Input("Average CPU", f"{fleet.cpu.value:.1f} %", fleet.cpu.source, fleet.cpu.coverage))
    return tuple(rows)
