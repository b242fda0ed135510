"""Stop conditions: one value outside is enough, and a fault that nobody can watch does not stay."""

from __future__ import annotations

from chaos.engine.hypothesis import Probe, Tolerance, read
from chaos.engine.sources import Metric
from chaos.engine.stopping import Round, StopCondition, over_the_limit, tripped

HOSTS = Probe("hosts", "Healthy hosts", "hosts", Metric("AWS/ApplicationELB", "HealthyHostCount"), Tolerance(low=4))
STOP = StopCondition("hosts", Tolerance(low=2))


PATIENCE = 30.0


def rounds(*values: float | None) -> list[Round]:
    """One round every ten seconds after the fault went in."""
    return [Round(10.0 * n, (read(HOSTS, value),)) for n, value in enumerate(values, start=1)]


def test_one_value_outside_stops_at_once_and_names_the_number() -> None:
    assert (
        tripped([STOP], rounds(6, 1), PATIENCE)
        == "Stop condition: Healthy hosts fell to 1 hosts, the limit is at least 2 hosts."
    )


def test_a_broken_hypothesis_alone_does_not_stop() -> None:
    assert tripped([STOP], rounds(6, 3), PATIENCE) == ""


def test_an_upper_limit_is_said_as_a_rise() -> None:
    assert "rose to 7" in tripped([StopCondition("hosts", Tolerance(high=6))], rounds(7), PATIENCE)


def test_only_the_newest_round_counts() -> None:
    assert tripped([STOP], rounds(1, 6), PATIENCE) == ""


def test_a_fault_that_nobody_can_watch_is_taken_out() -> None:
    assert tripped([STOP], rounds(None, None), PATIENCE) == ""
    assert tripped([STOP], rounds(None, None, None), PATIENCE) == "Stop condition: hosts could not be read for 30 s."


def test_one_value_in_between_ends_the_blindness() -> None:
    assert tripped([STOP], rounds(None, 6, None, None), PATIENCE) == ""


def test_without_conditions_nothing_stops() -> None:
    assert tripped([], rounds(None, None, None, 0), PATIENCE) == ""
    assert tripped([STOP], [], PATIENCE) == ""


def test_the_limit_of_the_fault_is_reached_exactly_at_its_end() -> None:
    assert over_the_limit(59.9, 60) == ""
    assert over_the_limit(60.0, 60) == "The fault was in place for 60 s, the limit is 60 s."
