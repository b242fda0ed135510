"""Which records leave a region, and that what comes back is what was there, or what somebody else has made of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chaos.engine.dns import CannotLeave, away, back, is_away, pointing, region_of, steps

US, EU = "us-east-1", "eu-west-1"


def row(identifier: str, region: str, **policy: Any) -> dict[str, Any]:
    values = [{"Value": f"a-1.{region}.elb.amazonaws.com"}]
    return {"Name": "a.example.com.", "Type": "CNAME", "SetIdentifier": identifier, "ResourceRecords": values, **policy}


places = st.lists(st.sampled_from([US, EU, "ap-northeast-2"]), min_size=1, max_size=8)
weighted = st.lists(st.tuples(st.sampled_from([US, EU]), st.integers(0, 255)), min_size=1, max_size=8).map(
    lambda given: [row(str(number), region, Weight=weight) for number, (region, weight) in enumerate(given)]
)
latency = places.map(lambda given: [row(region, region, Region=region) for region in dict.fromkeys(given)])
pairs = st.permutations([US, EU]).map(
    lambda given: [row("1", given[0], Failover="PRIMARY"), row("2", given[1], Failover="SECONDARY")]
)
rows_of_a_name = st.one_of(weighted, latency, pairs)


def played(rows: list[dict[str, Any]], made: Any) -> list[dict[str, Any]]:
    """What Route 53 makes of a batch of steps."""
    found = {one["SetIdentifier"]: one for one in rows}
    for action, one in made:
        if action == "DELETE":
            assert found.pop(one["SetIdentifier"]) == one
        else:
            assert (one["SetIdentifier"] in found) == (action == "UPSERT")
            found[one["SetIdentifier"]] = dict(one)
        assert sum(1 for each in found.values() if each.get("Failover") == "PRIMARY") <= 1
    return sorted(found.values(), key=lambda one: str(one["SetIdentifier"]))


def leave(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        left = away(rows, US)
    except CannotLeave:
        assume(False)
        raise
    return played(rows, steps(rows, {one["SetIdentifier"]: left.get(one["SetIdentifier"]) for one in rows}))


@given(rows=rows_of_a_name)
def test_traffic_leaves_and_comes_back_to_what_it_was(rows: list[dict[str, Any]]) -> None:
    after = leave(rows)
    assert is_away(after, US)
    assert not is_away(rows, US)
    assert any(one.get("Weight", 1) > 0 for one in after if region_of(one) != US)
    assert played(after, steps(after, back(rows, after, US))) == sorted(rows, key=lambda one: str(one["SetIdentifier"]))


@given(rows=rows_of_a_name)
def test_undoing_twice_or_without_the_fault_is_nothing(rows: list[dict[str, Any]]) -> None:
    leave(rows)
    assert back(rows, rows, US) == {}


@given(rows=rows_of_a_name)
def test_a_record_that_somebody_else_has_changed_is_left_alone(rows: list[dict[str, Any]]) -> None:
    after = leave(rows)
    theirs = [{**one, "TTL": 5} for one in after]
    gone = {one["SetIdentifier"] for one in rows} - {one["SetIdentifier"] for one in after}
    assert set(back(rows, theirs, US)) <= gone


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([row("1", EU, Weight=1)], "no record points into us-east-1"),
        ([row("1", US, Weight=0), row("2", EU, Weight=1)], "have weight 0 already"),
        ([row("1", US, Weight=9), row("2", EU, Weight=0)], "nothing would be left"),
        ([row("1", US, Region=US)], "nothing would be left"),
        ([row("1", EU, Failover="PRIMARY"), row("2", US, Failover="SECONDARY")], "only the secondary"),
        ([row("1", US, Failover="PRIMARY")], "no secondary outside"),
        ([row("1", US, MultiValueAnswer=True)], "neither weighted nor by latency nor a failover pair"),
        ([row("1", US)], "neither weighted nor by latency nor a failover pair"),
    ],
)
def test_what_cannot_leave_says_why(rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(CannotLeave, match=says):
        away(rows, US)


@pytest.mark.parametrize(
    ("answer", "region"),
    [
        ("dualstack.search-1.us-east-1.elb.amazonaws.com.", "us-east-1"),
        ("net-0a1b.elb.ap-southeast-2.amazonaws.com", "ap-southeast-2"),
        ("d-abc.execute-api.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("bucket.s3-website-eu-central-1.amazonaws.com", "eu-central-1"),
        ("192.0.2.1", ""),
        ("my-east-10.example.com", ""),
    ],
)
def test_the_region_is_read_from_the_answer(answer: str, region: str) -> None:
    alias = {"SetIdentifier": "blue", "AliasTarget": {"DNSName": answer}}
    assert region_of(alias) == region
    assert region_of({"SetIdentifier": "blue", "ResourceRecords": [{"Value": answer}]}) == region


def test_without_a_name_of_aws_the_identifier_says_the_region() -> None:
    assert region_of({"SetIdentifier": "api-eu-west-1", "ResourceRecords": [{"Value": "192.0.2.1"}]}) == EU
    assert pointing([row("1", US)], EU) == []
