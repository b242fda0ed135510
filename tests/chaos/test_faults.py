"""The faults against the embedded AWS: what they would hit, what they change, and that the undo puts it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chaos.faults import function_off, ground, zone_down
from chaos.faults.registry import faults
from portal.aws import lambda_concurrency, nacl
from portal.changes import engine
from services import facts

PLACE = {"account": "111111111111", "region": "us-east-1"}
ZONE = {**PLACE, "zone": "us-east-1a"}
LEASE = timedelta(seconds=30)


@pytest.fixture
def search(aws: Any, service: Callable[..., Any]) -> Any:
    """search-api with its six hosts in three zones."""
    from portal.sandbox.seed import seed_service

    seed_service(aws.url, "search-api")
    return service("search-api", team="search", system="discovery")


@pytest.fixture
def suggest(aws: Any, service: Callable[..., Any]) -> Any:
    """suggest with its function, as discovery would have found it."""
    from portal.sandbox.seed import seed_service

    seed_service(aws.url, "suggest")
    entity = service("suggest", team="search", system="discovery")
    facts.publish(entity, "aws.lambda", {"items": [{**PLACE, "name": "suggest"}], "count": 1}, source="test")
    return entity


def acls(target: dict[str, Any]) -> set[str]:
    return {a.acl for a in nacl.associations(target["account"], target["region"], target["subnets"]).values()}


def test_the_preview_counts_subnets_and_hosts(search: Any) -> None:
    found = zone_down.preview(search, ZONE)
    assert found.refusal == ""
    assert found.sentence == "2 of 6 hosts of search-api lose their network: 1 subnet of us-east-1a."
    assert len(found.target["subnets"]) == 1


def test_a_zone_without_the_service_is_refused(search: Any) -> None:
    found = zone_down.preview(search, {**PLACE, "zone": "us-east-1f"})
    assert "has no subnet in us-east-1f" in found.refusal


def test_a_subnet_that_others_use_is_refused(service: Callable[..., Any]) -> None:
    stranger = nacl.Host("i-1", "subnet-1", "us-east-1a", "checkout")
    reason = ground.refusal(service("search-api"), "us-east-1a", ["vpc-1"], 2, 6, [stranger])
    assert "also carry checkout" in reason


def test_the_last_zone_is_refused(service: Callable[..., Any]) -> None:
    assert "nothing would be left" in ground.refusal(service("search-api"), "us-east-1a", ["vpc-1"], 6, 6, [])


def test_the_cut_is_applied_verified_undone_and_verified(search: Any) -> None:
    target = zone_down.preview(search, ZONE).target
    before = acls(target)
    change = engine.arm(zone_down.KEY, target, owner="t:1", by="t", lease=LEASE, reason="t")
    change = engine.apply(change)
    deny = nacl.deny_all("111111111111", "us-east-1", target["vpc"])
    assert acls(target) == {deny}
    assert change.state == "applied"
    change = engine.undo(change, "done")
    assert change.state == "undone"
    assert acls(target) == before


def test_the_undo_may_be_repeated_and_does_nothing_where_nothing_was_applied(search: Any) -> None:
    target = zone_down.preview(search, ZONE).target
    before = zone_down.observe(target)
    zone_down.undo(target, before)
    zone_down.undo(target, before)
    assert zone_down.verify_undone(target, before)
    assert not zone_down.verify_applied(target)


def test_the_deny_all_acl_is_made_once_and_used_again(search: Any) -> None:
    target = zone_down.preview(search, ZONE).target
    before = zone_down.observe(target)
    seen = set()
    for _ in range(2):
        zone_down.apply(target)
        seen |= acls(target)
        zone_down.undo(target, before)
    assert len(seen) == 1


def test_a_zone_that_is_cut_already_is_not_cut_again(search: Any) -> None:
    target = zone_down.preview(search, ZONE).target
    zone_down.apply(target)
    with pytest.raises(ValueError, match="cut off already"):
        zone_down.observe(target)


@pytest.mark.parametrize("reserved", [None, 5])
def test_a_function_is_switched_off_and_on_as_it_was(suggest: Any, reserved: int | None) -> None:
    target = {**PLACE, "function": "suggest"}
    lambda_concurrency.reserve(**target, executions=reserved)
    change = engine.arm(function_off.KEY, target, owner="t:1", by="t", lease=LEASE, reason="t")
    change = engine.apply(change)
    assert lambda_concurrency.reserved(**target) == 0
    assert engine.undo(change, "done").state == "undone"
    assert lambda_concurrency.reserved(**target) == reserved


def test_a_function_of_another_service_is_refused(suggest: Any) -> None:
    found = function_off.preview(suggest, {**PLACE, "function": "checkout"})
    assert "not a function of suggest" in found.refusal


def test_a_function_that_is_off_already_is_refused(suggest: Any) -> None:
    lambda_concurrency.reserve(**PLACE, function="suggest", executions=0)
    assert "off already" in function_off.preview(suggest, {**PLACE, "function": "suggest"}).refusal


def test_every_fault_has_its_kind_and_a_limit() -> None:
    from portal.changes.kinds import kinds

    for fault in faults.items():
        assert kinds.get(fault.kind) is not None
        assert 0 < fault.max_seconds <= 3600
