from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from costs import decide, inventory, measure, record, review
from costs.engine.money import CurrencyMismatch
from costs.models import CostReview, Estimate, Finding
from costs.queries import totals
from services import facts
from tests.costs.observed import ACCOUNT, add_cache, add_table, put_group, put_table, readings

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from services.models import Entity

pytestmark = pytest.mark.django_db
TEAM = "group:default/data-platform"


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[..., CostReview]:
    """Hold a review of services with given readings instead of AWS."""

    def run(found: measure.Readings, *services: Entity, **options: Any) -> CostReview:
        monkeypatch.setattr(measure, "read", lambda *_: found)
        return review.hold(TEAM, inventory.inventories(services), by="test", **options)

    return run


def test_a_quiet_fleet_leaves_a_finding_an_estimate_and_both_facts(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    service = fleet()
    held = hold(readings(12), service)
    finding = Finding.objects.get(service=service)
    assert (finding.detector, finding.currency, finding.expected) == ("lambda-instead-of-ec2", "USD", Decimal("103.84"))
    assert Estimate.objects.get(service=service).amount == Decimal("140.16")
    known = facts.current(service)
    assert known["costs.review"].value["open_saving"] == 103.84
    assert known["costs.review"].url == held.get_absolute_url()
    assert known["costs.review"].expires_at is None
    assert known["costs.findings"].expires_at == held.period_end + timedelta(days=35)
    assert known["costs.findings"].value["by_detector"]["lambda_instead_of_ec2"] == 1


def test_insufficient_data_makes_no_finding_and_is_told(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    held = hold(readings(12, hours=100), fleet())
    assert not Finding.objects.exists()
    assert any("30" in entry["reason"] and "lambda" in entry["detector"] for entry in held.unjudged)
    assert held.state == CostReview.State.DONE


def test_an_unknown_price_makes_no_finding_and_no_estimate(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    service = fleet(instance_types=["x9.metal"])
    held = hold(readings(12), service)
    assert not Finding.objects.exists()
    assert Estimate.objects.get(service=service).amount is None
    assert any("unknown" in entry["reason"] for entry in held.unjudged)


def test_the_same_review_twice_makes_no_duplicate_finding(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    service = fleet()
    first, second = hold(readings(12), service), hold(readings(15), service)
    finding = Finding.objects.get(service=service)
    assert finding.first_seen == first.period_end
    assert finding.last_seen == second.period_end
    amounts = {seen.review_id: seen.expected for seen in finding.seen_in.all()}
    assert amounts[first.pk] > amounts[second.pk] == finding.expected


def test_a_dismissed_finding_stays_dismissed(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview], admin: User
) -> None:
    service = fleet()
    hold(readings(12), service)
    decide.decide(Finding.objects.get(), "dismissed", by=admin, reason="It keeps sockets open.")
    held = hold(readings(12), service)
    assert Finding.objects.get().state == Finding.State.DISMISSED
    assert held.totals == {}
    assert facts.current(service)["costs.findings"].value["open"] == 0


def test_a_snooze_that_is_over_opens_again_at_the_next_review(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview], admin: User
) -> None:
    service = fleet()
    hold(readings(12), service)
    decide.decide(Finding.objects.get(), "snoozed", by=admin, reason="After the launch.")
    hold(readings(12), service)
    assert Finding.objects.get().state == Finding.State.SNOOZED
    hold(readings(12), service, now=timezone.now() + timedelta(days=31))
    assert Finding.objects.get().state == Finding.State.OPEN


def test_a_finding_that_no_longer_applies_is_done_and_comes_back_when_it_does(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    service = fleet()
    hold(readings(12), service)
    hold(readings(60), service)
    finding = Finding.objects.get()
    assert (finding.state, finding.decided_by) == ("done", "cost review")
    hold(readings(12), service)
    assert Finding.objects.get().state == Finding.State.OPEN


def test_missing_data_never_closes_a_finding(fleet: Callable[..., Entity], hold: Callable[..., CostReview]) -> None:
    service = fleet()
    hold(readings(12), service)
    hold(readings(None), service)
    assert Finding.objects.get().state == Finding.State.OPEN


def test_overlapping_findings_take_the_best_and_not_the_sum(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    service = fleet()
    held = hold(readings(2), service)
    by_detector = {finding.detector: finding.expected for finding in Finding.objects.all()}
    assert set(by_detector) == {"lambda-instead-of-ec2", "idle-fleet"}
    assert Decimal(held.totals["USD"]["expected"]) == max(by_detector.values())
    assert held.totals["USD"]["findings"] == 2
    assert [seen.counted for seen in held.seen.all()] == [True, False]


def test_the_second_best_counts_once_the_best_is_dismissed(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview], admin: User
) -> None:
    service = fleet()
    hold(readings(2), service)
    best = Finding.objects.order_by("-expected").first()
    assert best is not None
    decide.decide(best, "dismissed", by=admin, reason="Needed at night.")
    assert totals(Finding.objects.all())[0].expected < best.expected


def test_savings_in_two_currencies_are_never_summed(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    service, other = fleet(), fleet("etl")
    hold(readings(12), service)
    finding = Finding.objects.get()
    Finding.objects.create(
        service=other, detector="spot", fingerprint="0" * 32, resource="arn:other", resource_name="other",
        account=ACCOUNT, region="eu-west-1", title="Other", low=1, expected=2, high=3, present=9, currency="EUR",
        effort=1,
    )  # fmt: skip
    found = totals(Finding.objects.all())
    assert {total.currency for total in found} == {"USD", "EUR"}
    with pytest.raises(CurrencyMismatch):
        found[0] + found[1]
    assert finding.saving in found


@pytest.mark.parametrize("currency", ["", "usd", "US"])
def test_a_finding_without_a_currency_is_refused_by_the_database(fleet: Callable[..., Entity], currency: str) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        Finding.objects.create(
            service=fleet(), detector="spot", fingerprint="1", resource="r", resource_name="r", account=ACCOUNT,
            region="x", title="t", low=1, expected=2, high=3, present=9, currency=currency, effort=1,
        )  # fmt: skip


def test_an_expired_inventory_is_not_judged(fleet: Callable[..., Entity], hold: Callable[..., CostReview]) -> None:
    service = fleet()
    hold(readings(12), service)
    row = facts.current(service)["aws.asg"]
    facts.publish(
        service, "aws.asg", row.value, source="aws", observed_at=timezone.now(),
        expires_at=timezone.now() - timedelta(hours=1),
    )  # fmt: skip
    held = hold(readings(60), service)
    assert "expired" in held.unjudged[0]["reason"]
    assert Finding.objects.get().state == Finding.State.OPEN


def test_the_service_s_cache_and_miss_counter_are_taken_into_account(
    service: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    entity = service("prices", team="data-platform")
    put_table(entity)
    row = {"name": "prices", "arn": "arn:cache", "account": ACCOUNT, "region": "us-east-1", "nodes": 1,
           "node_type": "cache.t3.small"}  # fmt: skip
    facts.publish(entity, "aws.elasticache", {"items": [row], "count": 1}, source="aws")
    found = add_cache(add_table(readings(), "prices", 900, 10, misses=0.4), "prices", 0.35)
    hold(found, entity)
    titles = {finding.detector: finding.title for finding in Finding.objects.all()}
    assert titles == {
        "read-cache": "Raise the hit rate of the cache for prices-table",
        "negative-cache": "Remember what prices-table does not hold",
    }


def test_a_review_that_breaks_is_marked_as_failed(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(record, "record", broken)
    with pytest.raises(RuntimeError):
        hold(readings(12), fleet())
    assert CostReview.objects.get().state == CostReview.State.FAILED


def test_a_group_that_changes_its_size_keeps_its_finding(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    service = fleet()
    hold(readings(12), service)
    put_group(service, desired=6)
    hold(readings(12), service)
    assert Finding.objects.get().present == Decimal("420.48")


def test_a_finding_about_a_resource_that_is_gone_is_done(
    fleet: Callable[..., Entity], hold: Callable[..., CostReview]
) -> None:
    service = fleet()
    hold(readings(12), service)
    facts.retire(service, "aws.asg")
    hold(readings(None), service)
    finding = Finding.objects.get()
    assert (finding.state, finding.reason) == ("done", "The resource is no longer there.")
