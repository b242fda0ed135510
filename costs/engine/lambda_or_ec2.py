"""EC2 to Lambda candidate: a fleet whose work would cost less if only the busy seconds were paid."""

from __future__ import annotations

from decimal import Decimal

from costs.engine.findings import Answer, Finding, Input, Insufficient, NotApplicable, missing
from costs.engine.fleet import Fleet, present_cost, size_inputs
from costs.engine.money import SECONDS_PER_MONTH, cents, grouped, saving
from costs.engine.pricelist import SHAPES
from costs.engine.prices import Price, unknown

KEY = "lambda-instead-of-ec2"
CPU_LIMIT = 40.0
# Lambda gives a function one whole vCPU at 1,769 MB, so a busy vCPU second is paid as 1769/1024 GB seconds.
GB_PER_VCPU = Decimal(1769) / Decimal(1024)
WAITING = Decimal(2)


def busy_gb_seconds(count: int, vcpus: int, cpu_percent: float) -> Decimal:
    """GB seconds a month that Lambda would bill for the same CPU work: count x vCPU x share x 1.7275 x 2,628,000."""
    return Decimal(count * vcpus) * Decimal(str(cpu_percent)) / 100 * GB_PER_VCPU * SECONDS_PER_MONTH


def judge(fleet: Fleet, on_demand: Price | None, x86: Price | None, arm: Price | None) -> Answer:
    """Compare the fleet's list price with Lambda's price for the same CPU seconds.

    Expected: x86 at the measured average. Low: handlers wait as long as they compute, which Lambda bills. High: arm64.
    """
    reason = "The group runs no instances." if fleet.count == 0 else _busy(fleet)
    if reason:
        return NotApplicable(KEY, fleet.subject, reason)
    gap = missing(fleet.cpu, "CPU") or _price_gap(fleet, on_demand, x86, arm)
    if gap or fleet.cpu is None or on_demand is None or x86 is None or arm is None:
        return Insufficient(KEY, fleet.subject, gap)
    work = busy_gb_seconds(fleet.count, SHAPES[fleet.instance_type][0], fleet.cpu.value)
    present = present_cost(fleet, on_demand)
    future = [work * x86.amount * WAITING, work * x86.amount, work * arm.amount]
    found = saving(present.amount, future, on_demand.currency)
    if found.expected <= 0:
        return NotApplicable(
            KEY,
            fleet.subject,
            f"Lambda would cost ${cents(future[1])} a month against ${cents(present.amount)} today.",
        )
    return _finding(fleet, (on_demand, x86, arm), work, future[1])


def _finding(fleet: Fleet, prices: tuple[Price, Price, Price], work: Decimal, lambda_cost: Decimal) -> Finding:
    on_demand, x86, arm = prices
    present = present_cost(fleet, on_demand)
    found = saving(present.amount, [work * x86.amount * WAITING, lambda_cost, work * arm.amount], on_demand.currency)
    formula = (
        f"{fleet.count} × ${on_demand.amount} × 730 h = ${cents(present.amount)} on EC2; "
        f"{grouped(work)} GB-seconds × ${x86.amount} = ${cents(lambda_cost)} on Lambda; "
        f"saving ${cents(found.expected)} a month"
    )
    inputs = (
        *size_inputs(fleet),
        Input("vCPUs an instance", str(SHAPES[fleet.instance_type][0]), "instance type"),
        Input("Memory for one vCPU on Lambda", "1\u202f769 MB", "AWS Lambda documentation"),
        Input("Low case", "handlers wait as long as they compute", "assumption"),
        Input("High case", "arm64 functions", "assumption"),
    )
    return Finding(
        KEY,
        fleet.subject,
        f"Move {fleet.subject.name} from EC2 to Lambda",
        found,
        present.cents(),
        effort=2400,
        risk="A rewrite: state, long connections and tasks over 15 minutes do not fit Lambda.",
        undo="Keep the group at its minimum size until the function has carried the load for a month.",
        formula=formula,
        inputs=inputs,
        prices=prices,
        questions=(
            "Is the work driven by requests, a queue or a schedule?",
            "Does every task end within 15 minutes and 10\u202f240 MB?",
            "Does an instance keep state or open sockets between requests?",
        ),
    )


def _busy(fleet: Fleet) -> str:
    if fleet.cpu is not None and fleet.cpu.enough and fleet.cpu.value >= CPU_LIMIT:
        return f"Average CPU is {fleet.cpu.value:.0f} %, and Lambda pays only below {CPU_LIMIT:.0f} %."
    return ""


def _price_gap(fleet: Fleet, on_demand: Price | None, x86: Price | None, arm: Price | None) -> str:
    region = fleet.subject.region
    if on_demand is None or fleet.instance_type not in SHAPES:
        return unknown(f"ec2/{fleet.instance_type}", region)
    if x86 is None or arm is None:
        return unknown("lambda/gb-second/x86_64", region)
    return ""
