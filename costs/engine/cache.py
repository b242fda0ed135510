"""Read cache candidate: a table that is read far more than written, with no cache or one that seldom hits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from costs.engine.findings import Answer, Finding, Input, Insufficient, Measure, NotApplicable, missing
from costs.engine.money import HOURS_PER_MONTH, Money, cents, grouped, saving
from costs.engine.prices import Price, unknown
from costs.engine.table import HIT_RATES, Table, cost_formula, read_cost

KEY = "read-cache"
MIN_RATIO = 10.0
MIN_READS = 100.0
GOOD_HIT_RATE = 0.8
NODE = "cache.t3.small"
NODES = 2


def judge(table: Table, read_price: Price | None, node_price: Price | None) -> Answer:
    """Saving = reads kept away from the table x their cost - two small cache nodes (none if a cache exists already).

    Hit rates of 50, 80 and 95 % give low, expected and high, because nothing tells how skewed the keys are.
    """
    gap = missing(table.reads, "consumed read units") or missing(table.writes, "consumed write units")
    if gap or table.reads is None or table.writes is None:
        return Insufficient(KEY, table.subject, gap)
    refusal = _refusal(table, table.reads, table.writes)
    if refusal:
        return NotApplicable(KEY, table.subject, refusal)
    if read_price is None:
        return Insufficient(KEY, table.subject, unknown(table.read_sku, table.subject.region))
    if node_price is None and table.cache_hit_rate is None:
        return Insufficient(KEY, table.subject, unknown(f"elasticache/{NODE}", table.subject.region))
    present = read_cost(table, table.reads.value, read_price)
    nodes = _node_cost(table, node_price)
    future = [present * (1 - share) + nodes for share in avoided(table)]
    found = saving(present, future, read_price.currency)
    if found.expected <= 0:
        return NotApplicable(
            KEY,
            table.subject,
            f"The reads cost ${cents(present)} a month; two cache nodes at ${cents(nodes)} would not pay for themselves.",
        )
    return _finding(table, table.reads, table.writes, (read_price, node_price), nodes)


def avoided(table: Table) -> list[Decimal]:
    """Share of today's table reads that a cache at 50, 80 and 95 % hits keeps away, given today's hit rate."""
    today = Decimal(str(table.cache_hit_rate.value)) if table.cache_hit_rate else Decimal(0)
    if today >= 1:
        return [Decimal(0)] * len(HIT_RATES)
    return [max(Decimal(0), (rate - today) / (1 - today)) for rate in HIT_RATES]


def _refusal(table: Table, reads: Measure, writes: Measure) -> str:
    hits = table.cache_hit_rate
    if hits is not None and hits.value >= GOOD_HIT_RATE:
        return f"A cache already answers {hits.value:.0%} of the reads.".replace("%", " %")
    if reads.value < MIN_READS:
        return (
            f"{grouped(reads.value)} reads a second are too few for a cache to pay; {grouped(MIN_READS)} are the least."
        )
    if writes.value > 0 and reads.value / writes.value < MIN_RATIO:
        return f"{grouped(reads.value / writes.value, 1)} reads for one write: a cache would be emptied too often."
    return ""


def _node_cost(table: Table, node_price: Price | None) -> Decimal:
    if table.cache_hit_rate is not None or node_price is None:
        return Decimal(0)
    return NODES * node_price.amount * HOURS_PER_MONTH


def _finding(
    table: Table, reads: Measure, writes: Measure, prices: tuple[Price, Price | None], nodes: Decimal
) -> Finding:
    read_price, node_price = prices
    present = read_cost(table, reads.value, read_price)
    shares = avoided(table)
    found = saving(present, [present * (1 - share) + nodes for share in shares], read_price.currency)
    hits = table.cache_hit_rate
    title = "Raise the hit rate of the cache for" if hits else "Read cache in front of"
    node_text = f" − ${cents(nodes)} for {NODES} × {NODE}" if nodes else ""
    formula = (
        f"{cost_formula(table, reads.value, read_price)} = ${cents(present)} × {shares[1] * 100:.0f} % fewer reads"
        f"{node_text} = ${cents(found.expected)} a month"
    )
    return Finding(
        KEY,
        table.subject,
        f"{title} {table.subject.name}",
        found,
        Money(present, read_price.currency).cents(),
        effort=240 if hits else 480,
        risk="Readers see values as old as the cache's time to live.",
        undo="Read from the table again; provisioned reads must be raised first.",
        formula=formula,
        inputs=tuple(_inputs(table, reads, writes)),
        prices=(read_price, node_price) if nodes and node_price is not None else (read_price,),
        questions=("May readers see a value that is a few seconds old?", "Which time to live suits the data?"),
    )


def _inputs(table: Table, reads: Measure, writes: Measure) -> Iterator[Input]:
    """What the finding was computed from, each with its source."""
    yield Input("Reads a second", grouped(reads.value, 1), reads.source, reads.coverage)
    yield Input("Writes a second", grouped(writes.value, 1), writes.source, writes.coverage)
    yield Input("Hit rates assumed", "50 %, 80 %, 95 %", "assumption: how skewed the keys are is not known")
    hits = table.cache_hit_rate
    if hits is not None:
        yield Input("Hit rate today", f"{hits.value * 100:.0f} %", hits.source, hits.coverage)
    if table.provisioned_reads:
        yield Input("Provisioned reads", f"{grouped(table.provisioned_reads)} units", "table configuration")
