"""Stop conditions: one value outside is enough, and a fault that nobody can watch does not stay."""

from __future__ import annotations

from chaos.engine.hypothesis import Metric, Probe, Reading, Tolerance, read
from chaos.engine.stopping import BLIND_ROUNDS, StopCondition, over_the_limit, tripped

HOSTS = Probe("hosts", "Healthy hosts", "hosts", Metric("AWS/ApplicationELB", "HealthyHostCount"), Tolerance(low=4))
STOP = StopCondition("hosts", Tolerance(low=2))


def rounds(*values: float | None) -> list[list[Reading]]:
    return [[read(HOSTS, value)] for value in values]


def test_one_value_outside_stops_at_once_and_names_the_number() -> None:
    assert (
        tripped([STOP], rounds(6, 1)) == "Stop condition: Healthy hosts fell to 1 hosts, the limit is at least 2 hosts."
    )


def test_a_broken_hypothesis_alone_does_not_stop() -> None:
    assert tripped([STOP], rounds(6, 3)) == ""


def test_an_upper_limit_is_said_as_a_rise() -> None:
    assert "rose to 7" in tripped([StopCondition("hosts", Tolerance(high=6))], rounds(7))


def test_only_the_newest_round_counts() -> None:
    assert tripped([STOP], rounds(1, 6)) == ""


def test_a_fault_that_nobody_can_watch_is_taken_out() -> None:
    assert tripped([STOP], rounds(*[None] * (BLIND_ROUNDS - 1))) == ""
    assert "could not be read" in tripped([STOP], rounds(*[None] * BLIND_ROUNDS))


def test_one_value_in_between_ends_the_blindness() -> None:
    assert tripped([STOP], rounds(None, 6, None)) == ""


def test_without_conditions_nothing_stops() -> None:
    assert tripped([], rounds(None, None, None, 0)) == ""
    assert tripped([STOP], []) == ""


def test_the_limit_of_the_fault_is_reached_exactly_at_its_end() -> None:
    assert over_the_limit(59.9, 60) == ""
    assert over_the_limit(60.0, 60) == "The fault was in place for 60 s, the limit is 60 s."
