from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from costs import billing, columns, demo
from costs.models import Spend
from portal.aws import costexplorer, utilisation
from portal.aws.costexplorer import BilledDay
from portal.aws.errors import AwsDenied
from portal.jobs.models import Run, Schedule

if TYPE_CHECKING:
    from portal.sandbox.server import Sandbox
    from services.models import Entity

TODAY = date(2026, 11, 23)


def billed(monkeypatch: pytest.MonkeyPatch, rows: list[BilledDay]) -> None:
    monkeypatch.setattr(costexplorer, "billed_by_service", lambda *_: rows)


@pytest.mark.django_db
def test_an_empty_cost_explorer_is_said_and_is_no_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    billed(monkeypatch, [])
    notes = billing.collect(["111111111111"], TODAY)
    assert "holds no cost" in notes[0]
    assert not Spend.objects.exists()


@pytest.mark.django_db
def test_a_denied_cost_explorer_is_said_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise AwsDenied("ce:GetCostAndUsage", "111111111111", "us-east-1", "AccessDenied", "not allowed")

    monkeypatch.setattr(costexplorer, "billed_by_service", denied)
    notes = billing.collect(["111111111111", "222222222222"], TODAY)
    assert len(notes) == 2
    assert all("did not answer" in note for note in notes)


@pytest.mark.django_db
def test_billed_days_are_kept_once_and_become_the_column_s_course(
    monkeypatch: pytest.MonkeyPatch, service: Callable[..., Entity]
) -> None:
    entity = service("checkout")
    days = [BilledDay(TODAY - timedelta(days=n), "checkout", Decimal("12.345678"), "USD") for n in range(10)]
    billed(
        monkeypatch, [*days, BilledDay(TODAY, "", Decimal(99), "USD"), BilledDay(TODAY, "nobody", Decimal(1), "USD")]
    )
    for _ in range(2):
        assert billing.collect(["111111111111"], TODAY) == []
    assert Spend.objects.filter(service=entity).count() == Spend.objects.count() == 10
    assert "<svg" in columns.cost([entity], None)[entity.pk]  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_bill_in_two_currencies_is_not_drawn_as_one_course(service: Callable[..., Entity]) -> None:
    entity = service("checkout")
    for number in range(10):
        Spend.objects.create(
            service=entity,
            day=TODAY - timedelta(days=number),
            amount=1,
            currency="USD" if number else "EUR",
            account="1",
        )
    assert columns.cost([entity], None) == {}  # type: ignore[arg-type]


@pytest.mark.django_db
def test_cost_explorer_groups_are_read_by_service_tag_and_day(aws: Sandbox) -> None:
    group = {"Keys": ["service$checkout"], "Metrics": {"UnblendedCost": {"Amount": "4.2", "Unit": "USD"}}}
    period = {"TimePeriod": {"Start": "2026-11-20", "End": "2026-11-21"}, "Groups": [group], "Estimated": True}
    preset(aws.url, {"ResultsByTime": [period], "DimensionValueAttributes": [], "GroupDefinitions": []})
    rows = costexplorer.billed_by_service("111111111111", date(2026, 11, 20), date(2026, 11, 21))
    assert rows == [BilledDay(date(2026, 11, 20), "checkout", Decimal("4.2"), "USD")]


def preset(url: str, result: dict[str, Any]) -> None:
    body = json.dumps({"account_id": "111111111111", "results": [result]}).encode()
    request = urllib.request.Request(
        f"{url}/moto-api/static/ce/cost-and-usage-results", data=body, headers={"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).close()


def test_coverage_is_the_share_of_expected_hours_and_no_data_has_no_mean() -> None:
    empty, half = utilisation.Usage((), 336), utilisation.Usage((10.0,) * 168, 336)
    assert (empty.coverage, empty.mean, empty.quantile(0.95)) == (0.0, None, None)
    assert (half.coverage, half.mean) == (0.5, 10.0)


def test_a_quantile_is_a_value_that_was_measured() -> None:
    use = utilisation.Usage(tuple(float(number) for number in range(100)), 100)
    assert (use.quantile(0.95), use.quantile(1.0), use.quantile(0.0)) == (95.0, 99.0, 0.0)


@pytest.mark.django_db
def test_the_demo_puts_the_first_review_on_the_clock_and_then_daily() -> None:
    class Context:
        def log(self, text: str) -> None:
            self.text = text

    demo.load(Context())  # type: ignore[arg-type]
    run = Run.objects.get(job="costs.review")
    assert timedelta(seconds=30) < run.due_at - timezone.now() <= timedelta(seconds=90)
    assert Schedule.objects.get(key="costs.review.daily").next_at > datetime.now(UTC)
