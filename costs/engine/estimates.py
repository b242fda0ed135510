"""What one resource costs a month at list price, or why nobody can say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from costs.engine import prices
from costs.engine.findings import Measure, Subject, missing
from costs.engine.money import HOURS_PER_MONTH, SECONDS_PER_MONTH, Money, grouped
from costs.engine.prices import Price
from costs.engine.table import MILLION

MB_PER_GB = 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an estimate. `money` is None when the price or the use is unknown, and `note` says which."""

    subject: Subject
    money: Money | None
    basis: str
    price: Price | None
    note: str = ""


def by_the_hour(subject: Subject, sku: str, count: int, what: str, note: str = "") -> Line:
    """count x price per hour x 730; `what` names the thing that is counted."""
    price = prices.find(sku, subject.region)
    if price is None:
        return Line(subject, None, "", None, prices.unknown(sku, subject.region))
    amount = Money(Decimal(count) * price.amount * HOURS_PER_MONTH, price.currency).cents()
    return Line(subject, amount, f"{count} × {what} × ${price.amount} × 730 h", price, note)


def fargate(subject: Subject, tasks: int, cpu_units: int, memory_mb: int) -> Line:
    """tasks x (vCPU x price + GB x price) x 730."""
    if not cpu_units or not memory_mb:
        return Line(subject, None, "", None, "The task definition does not say how large a task is.")
    cpu, memory = (prices.find(f"fargate/{name}-hour", subject.region) for name in ("vcpu", "gb"))
    if cpu is None or memory is None:
        return Line(subject, None, "", None, prices.unknown("fargate/vcpu-hour", subject.region))
    vcpus, gigabytes = Decimal(cpu_units) / 1024, Decimal(memory_mb) / MB_PER_GB
    hourly = vcpus * cpu.amount + gigabytes * memory.amount
    amount = Money(tasks * hourly * HOURS_PER_MONTH, cpu.currency).cents()
    basis = f"{tasks} task{'' if tasks == 1 else 's'} × ({vcpus:f} vCPU × ${cpu.amount} + {gigabytes:f} GB × ${memory.amount}) × 730 h"
    return Line(subject, amount, basis, cpu)


def provisioned_table(subject: Subject, reads: int, writes: int) -> Line:
    """Read and write units x price x 730; storage is left out."""
    read, write = (prices.find(f"dynamodb/{name}-hour", subject.region) for name in ("rcu", "wcu"))
    if read is None or write is None:
        return Line(subject, None, "", None, prices.unknown("dynamodb/rcu-hour", subject.region))
    amount = (reads * read.amount + writes * write.amount) * HOURS_PER_MONTH
    basis = f"({reads} read units × ${read.amount} + {writes} write units × ${write.amount}) × 730 h"
    return Line(subject, Money(amount, read.currency).cents(), basis, read, "Storage is left out.")


def metered_table(subject: Subject, reads: Measure | None, writes: Measure | None) -> Line:
    """Consumed units a second x 2,628,000 x price per million; storage is left out."""
    gap = missing(reads, "consumed read units") or missing(writes, "consumed write units")
    if gap or reads is None or writes is None:
        return Line(subject, None, "", None, gap)
    read, write = (prices.find(f"dynamodb/million-{name}", subject.region) for name in ("reads", "writes"))
    if read is None or write is None:
        return Line(subject, None, "", None, prices.unknown("dynamodb/million-reads", subject.region))
    million_reads = Decimal(str(reads.value)) * SECONDS_PER_MONTH / MILLION
    million_writes = Decimal(str(writes.value)) * SECONDS_PER_MONTH / MILLION
    amount = million_reads * read.amount + million_writes * write.amount
    basis = f"{grouped(million_reads, 1)} M reads × ${read.amount} + {grouped(million_writes, 1)} M writes × ${write.amount}"
    return Line(subject, Money(amount, read.currency).cents(), basis, read, "Storage is left out.")


def function(
    subject: Subject, memory_mb: int, architecture: str, per_second: Measure | None, duration_ms: float | None
) -> Line:
    """Requests x price + requests x seconds x GB x price, from the invocations of the look-back window."""
    gap = missing(per_second, "invocation")
    if gap or per_second is None or duration_ms is None:
        return Line(subject, None, "", None, gap or missing(None, "duration"))
    request = prices.find("lambda/million-requests", subject.region)
    compute = prices.find(f"lambda/gb-second/{architecture or 'x86_64'}", subject.region)
    if request is None or compute is None:
        return Line(subject, None, "", None, prices.unknown("lambda/million-requests", subject.region))
    calls = Decimal(str(per_second.value)) * SECONDS_PER_MONTH
    seconds = calls * Decimal(str(duration_ms)) / 1000 * Decimal(memory_mb) / MB_PER_GB
    amount = Money(calls / MILLION * request.amount + seconds * compute.amount, request.currency).cents()
    basis = f"{grouped(calls / MILLION, 1)} M requests × ${request.amount} + {grouped(seconds)} GB-seconds × ${compute.amount}"
    return Line(subject, amount, basis, compute)
