"""Rounding and judgement of fleets, by CodeDeploy's own examples and by property."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine.fleet import Floor, judge, share_judged, standings

HEALTHS = st.sampled_from(["healthy", "unhealthy", "starting", "unknown"])
HOSTS = st.lists(st.tuples(st.sampled_from("abc"), HEALTHS), max_size=30)
FLOORS = st.one_of(
    st.builds(Floor, st.just("percent"), st.integers(0, 100)), st.builds(Floor, st.just("count"), st.integers(0, 30))
)


@pytest.mark.parametrize(
    ("floor", "hosts", "stay", "at_a_time"),
    [
        (Floor("count", 6), 9, 6, 3),  # AWS CodeDeploy's own example
        (Floor("percent", 40), 9, 4, 5),  # the same
        (Floor("percent", 50), 3, 2, 1),
        (Floor("percent", 100), 7, 7, 0),
        (Floor("percent", 0), 7, 0, 7),
        (Floor("percent", 70), 10, 7, 3),  # 0.7 * 10 is 7.000000000000001 in floats
        (Floor("count", 10), 4, 10, 0),
    ],
)
def test_floors_are_rounded_as_codedeploy_does(floor: Floor, hosts: int, stay: int, at_a_time: int) -> None:
    assert (floor.of(hosts), floor.at_a_time(hosts)) == (stay, at_a_time)


@given(st.integers(0, 100), st.integers(0, 10_000))
def test_a_percentage_is_met_by_the_least_number_of_hosts_and_not_by_one_less(percent: int, hosts: int) -> None:
    needed = Floor("percent", percent).of(hosts)
    assert needed * 100 >= percent * hosts
    assert needed == 0 or (needed - 1) * 100 < percent * hosts


@given(HOSTS, FLOORS, FLOORS)
def test_a_host_that_recovers_never_makes_it_worse(hosts: list[tuple[str, str]], fleet: Floor, zone: Floor) -> None:
    rank = {"failed": 0, "waiting": 1, "passed": 2}
    before, _ = judge(standings(hosts, {}, fleet, zone), grace=True)
    for number, (place, _) in enumerate(hosts):
        better = [*hosts[:number], (place, "healthy"), *hosts[number + 1 :]]
        after, _ = judge(standings(better, {}, fleet, zone), grace=True)
        assert rank[after] >= rank[before]


@given(HOSTS, FLOORS)
def test_without_grace_there_is_no_waiting_and_unknown_is_not_healthy(
    hosts: list[tuple[str, str]], floor: Floor
) -> None:
    state, _ = judge(standings(hosts, {}, floor, None), grace=False)
    healthy = sum(health == "healthy" for _, health in hosts)
    assert state == ("passed" if healthy >= floor.of(len(hosts)) else "failed")


@given(HOSTS, st.integers(1, 100))
def test_hosts_that_vanish_count_as_lost(hosts: list[tuple[str, str]], percent: int) -> None:
    sizes = {"a": 40}
    found = standings(hosts, sizes, None, Floor("percent", percent))
    assert next(one for one in found if one.zone == "a").size == 40


def test_the_sentence_names_the_zone_and_both_numbers() -> None:
    hosts = [("eu-west-1a", "healthy")] * 3 + [("eu-west-1b", "healthy")] + [("eu-west-1b", "unhealthy")] * 2
    state, words = judge(standings(hosts, {}, Floor("percent", 50), Floor("count", 2)), grace=False)
    assert state == "failed"
    assert words == "Too few healthy hosts: zone eu-west-1b has 1 of 3 hosts healthy; at least 2 are needed."


@given(st.floats(0.01, 1), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_a_share_fails_as_soon_as_it_cannot_be_reached_any_more(
    share: float, passed: int, failed: int, pending: int
) -> None:
    state, needed = share_judged(share, passed, failed, pending)
    if state == "failed":
        assert passed + failed + pending == 0 or passed + pending < needed
    elif state == "passed":
        assert pending == 0
        assert passed >= needed
    else:
        assert pending > 0


def test_nine_tenths_of_ten_hosts_are_nine() -> None:
    assert share_judged(0.9, 9, 1, 0) == ("passed", 9)
    assert share_judged(0.9, 8, 2, 0) == ("failed", 9)
