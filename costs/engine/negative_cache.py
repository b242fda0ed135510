"""Negative cache candidate: look-ups for items that do not exist, which DynamoDB bills like any other read."""

from __future__ import annotations

from decimal import Decimal

from costs.engine.findings import Answer, Finding, Input, Insufficient, Measure, NotApplicable, missing
from costs.engine.money import Money, cents, grouped, saving
from costs.engine.prices import Price, unknown
from costs.engine.table import HIT_RATES, Table, cost_formula, read_cost

KEY = "negative-cache"
MIN_MISS_SHARE = 0.2


def judge(table: Table, read_price: Price | None) -> Answer:
    """Saving = read cost x share of look-ups that find nothing x hit rate of a negative cache (50, 80, 95 %).

    CloudWatch does not count GetItem calls that find nothing, so without the application's own metric there is no figure.
    """
    if table.miss_share is None or table.miss_share.coverage <= 0:
        return Insufficient(
            KEY,
            table.subject,
            "DynamoDB does not count look-ups that find nothing: the application has to publish Lookups and Misses.",
        )
    gap = missing(table.miss_share, "Misses") or missing(table.reads, "consumed read units")
    if gap or table.reads is None:
        return Insufficient(KEY, table.subject, gap)
    misses = table.miss_share
    if misses.value < MIN_MISS_SHARE:
        return NotApplicable(
            KEY, table.subject, f"Only {misses.value * 100:.0f} % of the look-ups find nothing; 20 % are the least."
        )
    if read_price is None:
        return Insufficient(KEY, table.subject, unknown(table.read_sku, table.subject.region))
    found = _finding(table, table.reads, misses, read_price)
    if found.saving.expected <= 0:
        return NotApplicable(KEY, table.subject, "The look-ups that find nothing cost less than a cent a month.")
    return found


def _finding(table: Table, reads: Measure, misses: Measure, price: Price) -> Finding:
    present = read_cost(table, reads.value, price)
    wasted = present * Decimal(str(min(misses.value, 1.0)))
    found = saving(present, [present - wasted * rate for rate in HIT_RATES], price.currency)
    formula = (
        f"{cost_formula(table, reads.value, price)} = ${cents(present)} × {misses.value * 100:.0f} % find nothing "
        f"× 80 % remembered = ${cents(found.expected)} a month"
    )
    inputs = (
        Input("Reads a second", grouped(reads.value, 1), reads.source, reads.coverage),
        Input("Look-ups that find nothing", f"{misses.value * 100:.0f} %", misses.source, misses.coverage),
        Input("Hit rates assumed", "50 %, 80 %, 95 %", "assumption: a cache inside the process, at no cost"),
    )
    return Finding(
        KEY,
        table.subject,
        f"Remember what {table.subject.name} does not hold",
        found,
        Money(present, price.currency).cents(),
        effort=240,
        risk="A new item stays invisible until the remembered miss expires.",
        undo="Switch the negative cache off; nothing else depends on it.",
        formula=formula,
        inputs=inputs,
        prices=(price,),
        questions=("How long may a new item stay invisible?",),
    )
