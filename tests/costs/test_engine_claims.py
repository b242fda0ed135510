from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs.engine import cache, combine, idle, lambda_or_ec2, negative_cache, prices, spot
from costs.engine.findings import Finding, Insufficient, Measure, NotApplicable, Subject
from costs.engine.fleet import Fleet, present_cost
from costs.engine.money import CurrencyMismatch, Money, Range
from costs.engine.table import Table

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GROUP = Subject("asg", "reports", "arn:aws:autoscaling:us-east-1:222222222222:reports", "222222222222", "us-east-1")
TABLE = Subject("dynamodb", "orders-table", "arn:aws:dynamodb:::orders", "111111111111", "us-east-1")
M5 = prices.find("ec2/m5.large", "us-east-1")
X86 = prices.find("lambda/gb-second/x86_64", "us-east-1")
ARM = prices.find("lambda/gb-second/arm64", "us-east-1")
READS = prices.find("dynamodb/million-reads", "us-east-1")
RCU = prices.find("dynamodb/rcu-hour", "us-east-1")
NODE = prices.find("elasticache/cache.t3.small", "us-east-1")


def cpu(value: float, coverage: float = 1.0) -> Measure:
    return Measure(value, coverage, "%", "AWS/EC2 CPUUtilization")


def rate(value: float, coverage: float = 1.0) -> Measure:
    return Measure(value, coverage, "a second", "AWS/DynamoDB")


def fleet(**changes: object) -> Fleet:
    values: dict[str, object] = {"subject": GROUP, "instance_type": "m5.large", "count": 2, "zones": 2, "cpu": cpu(12)}
    return Fleet(**{**values, **changes})  # type: ignore[arg-type]


def history(*hourly: str) -> dict[str, list[tuple[datetime, Decimal]]]:
    step = timedelta(days=30) / len(hourly)
    return {"us-east-1a": [(NOW - timedelta(days=30) + step * i, Decimal(p)) for i, p in enumerate(hourly)]}


def spot_market(*hourly: str) -> spot.SpotMarket | None:
    return spot.market(history(*hourly), NOW - timedelta(days=30), NOW, "spot price history")


@pytest.mark.parametrize(
    ("instance_type", "price", "break_even"),
    [("m5.large", "ec2/m5.large", 46.3), ("c5.large", "ec2/c5.large", 41.0)],
)
def test_the_break_even_against_x86_lambda_is_the_published_arithmetic(
    instance_type: str, price: str, break_even: float
) -> None:
    hourly = prices.find(price, "us-east-1")
    assert hourly is not None
    assert X86 is not None
    work = lambda_or_ec2.busy_gb_seconds(1, 2, break_even)
    assert float(work * X86.amount) == pytest.approx(float(hourly.amount * 730), rel=0.01)


def test_a_quiet_fleet_is_a_lambda_candidate_with_its_formula_filled_in() -> None:
    answer = lambda_or_ec2.judge(fleet(), M5, X86, ARM)
    assert isinstance(answer, Finding)
    assert answer.saving.expected == Decimal("103.84")
    assert "$140.16 on EC2" in answer.formula
    assert answer.questions


@pytest.mark.parametrize("busy", [40.0, 55.0, 100.0])
def test_a_fleet_at_forty_percent_or_more_is_no_lambda_candidate(busy: float) -> None:
    assert isinstance(lambda_or_ec2.judge(fleet(cpu=cpu(busy)), M5, X86, ARM), NotApplicable)


@pytest.mark.parametrize("measure", [None, cpu(12, 0.0), cpu(12, 0.5), cpu(12, 0.89)])
def test_insufficient_data_is_an_answer(measure: Measure | None) -> None:
    for answer in (
        lambda_or_ec2.judge(fleet(cpu=measure), M5, X86, ARM),
        idle.judge(fleet(cpu=measure, cpu_peak=1.0), M5),
        cache.judge(Table(TABLE, reads=measure, writes=rate(1)), READS, NODE),
        negative_cache.judge(Table(TABLE, reads=rate(500), miss_share=measure), READS),
    ):
        assert isinstance(answer, Insufficient)
        assert "days" in answer.reason or "publish" in answer.reason


def test_an_unknown_price_is_said_and_not_guessed() -> None:
    assert prices.find("ec2/x2gd.metal", "us-east-1") is None
    assert prices.find("ec2/m5.large", "ap-southeast-4") is None
    odd = fleet(instance_type="x2gd.metal", cpu_peak=1.0)
    for answer in (
        lambda_or_ec2.judge(odd, None, X86, ARM),
        spot.judge(odd, None, spot_market("0.03")),
        idle.judge(odd, None),
        cache.judge(Table(TABLE, reads=rate(900), writes=rate(1)), None, NODE),
        cache.judge(Table(TABLE, reads=rate(900), writes=rate(1)), READS, None),
        negative_cache.judge(Table(TABLE, reads=rate(900), miss_share=rate(0.5)), None),
    ):
        assert isinstance(answer, Insufficient)
        assert "unknown" in answer.reason


def test_every_listed_price_has_source_date_and_currency() -> None:
    for family, listed in prices.LISTS.items():
        for name, regions in listed.amounts.items():
            for region in regions:
                price = prices.find(f"{family}/{name}", region)
                assert price is not None
                assert price.amount > 0
                assert price.source
                assert price.url.startswith("https://")
                assert price.currency == "USD"


def test_a_price_older_than_ninety_days_is_stale() -> None:
    assert M5 is not None
    assert not M5.stale(M5.as_of + timedelta(days=90))
    assert M5.stale(M5.as_of + timedelta(days=91))


def test_the_spot_mean_is_weighted_by_time() -> None:
    points = {"a": [(NOW - timedelta(days=30), Decimal("0.02")), (NOW - timedelta(days=10), Decimal("0.05"))]}
    found = spot.market(points, NOW - timedelta(days=30), NOW, "history")
    assert found is not None
    assert found.mean == pytest.approx(Decimal("0.03"))
    assert (found.cheapest, found.p95) == (Decimal("0.02"), Decimal("0.05"))


def test_spot_prices_older_than_ninety_days_are_refused() -> None:
    ancient = {"a": [(datetime(2006, 1, 2, tzinfo=UTC), Decimal("0.00001"))]}
    assert spot.market(ancient, NOW - timedelta(days=30), NOW, "history") is None
    assert isinstance(spot.judge(fleet(), M5, None), Insufficient)


@pytest.mark.parametrize("changes", [{"count": 0}, {"spot_share": 0.7}, {"stateful": True}, {"zones": 1}, {"count": 1}])
def test_spot_is_not_proposed_for_a_fleet_that_does_not_bear_it(changes: dict[str, object]) -> None:
    assert isinstance(spot.judge(fleet(**changes), M5, spot_market("0.03")), NotApplicable)


def test_a_fleet_tagged_interruptible_needs_no_second_zone() -> None:
    assert isinstance(spot.judge(fleet(zones=1, interruptible=True), M5, spot_market("0.03")), Finding)


def test_a_cache_that_would_cost_more_than_it_saves_is_not_proposed() -> None:
    answer = cache.judge(Table(TABLE, reads=rate(100), writes=rate(1)), READS, NODE)
    assert isinstance(answer, NotApplicable)
    assert "not pay" in answer.reason


def test_an_existing_cache_is_to_be_raised_and_no_nodes_are_added() -> None:
    hits = Measure(0.35, 1.0, "share", "AWS/ElastiCache")
    table = Table(TABLE, provisioned_reads=1200, reads=rate(800), writes=rate(20), cache_hit_rate=hits)
    answer = cache.judge(table, RCU, NODE)
    assert isinstance(answer, Finding)
    assert answer.present.amount == Decimal("113.88")
    assert answer.saving.expected == pytest.approx(Decimal("78.84"), abs=Decimal("0.01"))


def test_misses_that_nobody_counts_give_no_figure() -> None:
    answer = negative_cache.judge(Table(TABLE, reads=rate(900)), READS)
    assert isinstance(answer, Insufficient)
    assert "publish" in answer.reason


def test_overlapping_findings_take_the_best_and_not_the_sum() -> None:
    one = combine.Claim("asg", Range(Decimal(10), Decimal(20), Decimal(30), "USD"))
    two = combine.Claim("asg", Range(Decimal(1), Decimal(50), Decimal(60), "USD"))
    other = combine.Claim("table", Range(Decimal(5), Decimal(5), Decimal(5), "USD"))
    assert combine.totals([one, two, other]) == {"USD": Range(Decimal(6), Decimal(55), Decimal(65), "USD")}


def test_money_is_never_summed_across_currencies() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(Decimal(1), "USD") + Money(Decimal(1), "EUR")
    claims = [
        combine.Claim("a", Range(Decimal(1), Decimal(1), Decimal(1), "USD")),
        combine.Claim("a", Range(Decimal(2), Decimal(2), Decimal(2), "EUR")),
    ]
    assert set(combine.totals(claims)) == {"USD", "EUR"}


@pytest.mark.parametrize("currency", ["", "usd", "$", "DOLLAR"])
def test_money_always_has_a_currency(currency: str) -> None:
    with pytest.raises(ValueError, match="currency"):
        Money(Decimal(1), currency)


def test_the_fingerprint_is_the_same_in_every_review_and_differs_by_detector() -> None:
    first = lambda_or_ec2.judge(fleet(cpu=cpu(12)), M5, X86, ARM)
    later = lambda_or_ec2.judge(fleet(cpu=cpu(20), count=4), M5, X86, ARM)
    cloud = spot.judge(fleet(), M5, spot_market("0.03"))
    assert isinstance(first, Finding)
    assert isinstance(later, Finding)
    assert isinstance(cloud, Finding)
    assert first.fingerprint == later.fingerprint != cloud.fingerprint


sizes = st.integers(min_value=0, max_value=500)
percents = st.floats(min_value=0, max_value=100, allow_nan=False)
rates = st.floats(min_value=0, max_value=1e6, allow_nan=False)
shares = st.floats(min_value=0, max_value=1, allow_nan=False)
hourly = st.lists(st.decimals("0.001", "0.5", places=4).map(str), min_size=1, max_size=8)


def assert_bounded(answer: object) -> None:
    if isinstance(answer, Finding):
        saved = answer.saving
        assert Decimal(0) <= saved.low <= saved.expected <= saved.high <= answer.present.amount


@given(count=sizes, busy=percents, history_prices=hourly)
def test_a_fleet_saving_is_never_negative_and_never_above_the_present_cost(
    count: int, busy: float, history_prices: list[str]
) -> None:
    group = fleet(count=count, cpu=cpu(busy), cpu_peak=busy)
    assert_bounded(lambda_or_ec2.judge(group, M5, X86, ARM))
    assert_bounded(spot.judge(group, M5, spot_market(*history_prices)))
    assert_bounded(idle.judge(group, M5))


@given(reads=rates, writes=rates, hits=st.none() | shares, misses=shares, provisioned=st.integers(0, 40_000))
def test_a_table_saving_is_never_negative_and_never_above_the_present_cost(
    reads: float, writes: float, hits: float | None, misses: float, provisioned: int
) -> None:
    table = Table(
        TABLE,
        provisioned,
        rate(reads),
        rate(writes),
        Measure(hits, 1.0, "share", "AWS/ElastiCache") if hits is not None else None,
        Measure(misses, 1.0, "share", "Prices"),
    )
    price = RCU if provisioned else READS
    assert_bounded(cache.judge(table, price, NODE))
    assert_bounded(negative_cache.judge(table, price))


def expected(answer: object) -> Decimal:
    return answer.saving.expected if isinstance(answer, Finding) else Decimal(0)


@given(low=percents, more=percents)
def test_a_busier_fleet_never_saves_more_on_lambda(low: float, more: float) -> None:
    calm, busy = sorted((low, more))
    assert expected(lambda_or_ec2.judge(fleet(cpu=cpu(calm)), M5, X86, ARM)) >= expected(
        lambda_or_ec2.judge(fleet(cpu=cpu(busy)), M5, X86, ARM)
    )


@given(first=sizes, second=sizes)
def test_a_larger_fleet_never_saves_less(first: int, second: int) -> None:
    small, large = sorted((first, second))
    market = spot_market("0.03", "0.04")
    assert expected(spot.judge(fleet(count=large), M5, market)) >= expected(spot.judge(fleet(count=small), M5, market))


@given(first=shares, second=shares)
def test_more_misses_never_save_less(first: float, second: float) -> None:
    few, many = sorted((first, second))

    def answer(value: float) -> object:
        return negative_cache.judge(Table(TABLE, reads=rate(500), miss_share=rate(value)), READS)

    assert expected(answer(many)) >= expected(answer(few))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 900)), max_size=12))
def test_a_total_is_never_above_the_sum_and_never_below_the_best_finding(rows: list[tuple[str, int]]) -> None:
    claims = [combine.Claim(key, Range(Decimal(v), Decimal(v), Decimal(v), "USD")) for key, v in rows]
    total = combine.totals(claims)
    if claims:
        values = [claim.saving.expected for claim in claims]
        assert max(values) <= total["USD"].expected <= sum(values)
    else:
        assert total == {}


def test_the_present_cost_of_a_fleet_is_hours_times_price() -> None:
    assert M5 is not None
    assert present_cost(fleet(), M5) == Money(Decimal("140.160"), "USD")
