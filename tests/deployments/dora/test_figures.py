"""The five metrics equal what was worked out by hand, and mean what they say in every corner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from deployments.dora import asked, behind, read, report
from deployments.engine import dora
from deployments.engine.dora import Cell, Figures, Harm, Known, Row
from deployments.models import Deployment, Incident

from .conftest import DAY_ONE, TEN_DAYS, History


def figures(address: str = TEN_DAYS) -> Figures:
    """The figures of a question."""
    values = dict(pair.split("=") for pair in address.lstrip("?").split("&"))
    return report.build(asked.read(values)).now


def names(kind: str) -> set[str]:
    """The versions of a class."""
    rows = behind.deployments(asked.read({"since": "2026-11-02", "until": "2026-11-11"}), kind)
    return set(rows.values_list("version", flat=True))


def test_the_worked_example_gives_the_figures_worked_out_by_hand(worked: History) -> None:
    found = figures()
    assert found.days == 10
    assert found.frequency == 0.7
    assert found.lead == pytest.approx(12.0 * 3600, abs=0.01)
    assert len(found.cell.leads) == 7
    assert found.fail_rate == 0.375
    assert found.rework_rate == 0.25
    assert found.recovery == pytest.approx(3.9167 * 3600, abs=1)
    assert sorted(value / 3600 for value in found.cell.recoveries) == pytest.approx([1.6667, 6.1667], abs=0.001)
    assert found.covered_commits == pytest.approx(6 / 7)
    assert found.covered_ends == pytest.approx(2 / 3)
    assert names("failed") == {"d2", "d5", "d8"}
    assert names("rework") == {"d3", "d6"}
    assert Incident.objects.count() / Deployment.objects.count() == 0.5  # the naive rate, which is wrong


def test_a_canary_that_was_taken_back_in_time_is_contained_and_not_failed(worked: History) -> None:
    Deployment.objects.filter(version="d8").update(contained=True)
    found = figures()
    assert (found.fail_rate, found.cell.contained, found.cell.failed) == (0.25, 1, 2)
    assert names("contained") == {"d8"}
    worked.incident(Deployment.objects.get(version="d8"), 0.1, 1)
    assert (figures().cell.contained, figures().cell.failed) == (0, 3)


def test_only_production_counts_by_tier_or_by_name(worked: History) -> None:
    worked.deploy("stage", 2, environment="staging")
    worked.deploy("eu", 2, environment="eu-live", tier="production")
    worked.deploy("not", 2, environment="production", tier="testing")
    assert names("succeeded") - {f"d{number}" for number in range(9)} == {"eu"}


@pytest.mark.parametrize("fields", [{"state": "running"}, {"state": "cancelled"}, {"kind": "remove"}])
def test_what_has_not_ended_or_only_removed_counts_for_nothing(fields: dict[str, Any], worked: History) -> None:
    before = figures()
    worked.deploy("more", 2, **fields)
    assert figures() == before


def test_an_open_incident_leaves_the_recovery_unknown(history: Callable[..., History]) -> None:
    told = history()
    row = told.deploy("a", 1)
    told.incident(row, 0.1, 1)
    told.incident(row, 0.2, None)
    found = figures()
    assert (found.fail_rate, found.recovery, found.covered_ends) == (1.0, None, 0.0)


def test_a_rollback_by_another_deployment_ends_the_failure_without_incident(history: Callable[..., History]) -> None:
    told = history()
    bad = told.deploy("a", 1)
    told.deploy("b", 1.25, kind="rollback", rollback_of=bad.external_id)
    assert figures().recovery == pytest.approx(6 * 3600, abs=0.01)


def test_the_next_deployment_ends_it_only_if_it_was_made_because_of_an_incident(
    history: Callable[..., History],
) -> None:
    told = history()
    told.deploy("a", 1, marked_failed="prices were wrong")
    told.deploy("b", 1.5)
    told.deploy("c", 2, remediates=True)
    assert figures().recovery is None
    Deployment.objects.filter(version="b").update(remediates=True)
    assert figures().recovery == pytest.approx(12 * 3600, abs=0.01)


def test_a_rollback_of_another_source_with_the_same_id_takes_nothing_back(history: Callable[..., History]) -> None:
    told = history()
    bad = told.deploy("a", 1)
    told.deploy("b", 2, kind="rollback", source="other", rollback_of=bad.external_id)
    assert names("failed") == set()


def test_commits_with_a_clock_that_runs_ahead_are_left_out(history: Callable[..., History]) -> None:
    told = history()
    told.deploy("a", 1, -5, 4)
    assert figures().lead == pytest.approx(4 * 3600, abs=0.01)


def test_commits_of_a_rollback_are_not_new(history: Callable[..., History]) -> None:
    told = history()
    bad = told.deploy("a", 1, 4)
    told.deploy("b", 2, 900, kind="rollback", rollback_of=bad.external_id)
    assert figures().cell.leads == pytest.approx([4 * 3600], abs=0.01)


def test_the_window_holds_its_first_moment_and_not_its_last(history: Callable[..., History]) -> None:
    told = history()
    told.deploy("first", 0)
    told.deploy("last", 10)
    assert names("all") == {"first"}


def test_the_period_before_is_as_long_and_compared(worked: History) -> None:
    worked.deploy("old", -1)
    found = report.build(asked.read({"since": "2026-11-02", "until": "2026-11-11"}))
    assert (found.before.cell.deployments, found.before.frequency) == (1, 0.1)


def test_weeks_begin_on_monday_and_months_on_the_first_in_utc(worked: History) -> None:
    window = asked.read({"since": "2026-11-04", "until": "2026-12-02", "every": "week"}).window
    assert [start.day for start in asked.Window(window.since, datetime(2026, 12, 3, tzinfo=UTC), "week").starts] == [
        4,
        9,
        16,
        23,
        30,
    ]
    months = asked.Window(window.since, datetime(2027, 2, 3, tzinfo=UTC), "month").starts
    assert [(start.month, start.day) for start in months] == [(11, 4), (12, 1), (1, 1), (2, 1)]


def test_the_slices_of_the_trend_add_up_to_the_window(worked: History) -> None:
    found = report.build(asked.read({"since": "2026-11-02", "until": "2026-11-11"}))
    assert sum(one.cell.deployments for _, one in found.trend) == found.now.cell.deployments == 8
    assert [one.cell.deployments for _, one in found.trend] == [6, 2]


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("team=payments", 1),
        ("team=search", 2),
        ("system=checkout", 1),
        ("domain=shop", 1),
        ("service=other", 2),
        ("", 3),
    ],
)
def test_figures_are_by_service_team_system_and_domain(
    address: str, count: int, history: Callable[..., History]
) -> None:
    from services.models import Relation

    history("one", team="payments", system="checkout").deploy("a", 1)
    other = history("other", team="search", system="find")
    other.deploy("b", 1)
    other.deploy("c", 2)
    Relation.objects.create(
        source_ref="system:default/checkout", type="partOf", target_ref="domain:default/shop", origin="test"
    )
    assert figures(f"{TEN_DAYS}&{address}" if address else TEN_DAYS).cell.deployments == count


def test_nothing_deployed_gives_no_figures_instead_of_noughts(db: None) -> None:
    found = figures()
    assert [found.frequency, found.lead, found.recovery, found.fail_rate, found.rework_rate] == [None] * 5


BITS = st.integers(0, 127)


@given(
    st.lists(st.tuples(st.integers(1, 5), st.floats(0, 1e6), BITS), max_size=40),
    st.sets(st.integers(0, 39)),
    st.sets(st.integers(0, 39)),
    st.lists(st.tuples(st.integers(0, 45), st.floats(0, 1e6)), max_size=60),
)
def test_counting_by_groups_and_slices_loses_and_doubles_nothing(
    raw: list[tuple[int, float, int]], hurt: set[int], undone: set[int], commits: list[tuple[int, float]]
) -> None:
    rows = [Row(number, service, ended, bits) for number, (service, ended, bits) in enumerate(raw)]
    known = Known({n: Harm(0, 2e6) for n in hurt}, dict.fromkeys(undone, 2e6), commits)
    whole = dora.merged(dora.count(rows, known, [], lambda service: "").values())
    parts = dora.merged(dora.count(rows, known, [2e5, 5e5, 8e5], lambda service: service).values())
    for name in ("deployments", "succeeded", "failed", "contained", "rework", "committed"):
        assert getattr(whole, name) == getattr(parts, name), name
    assert sorted(whole.leads) == sorted(parts.leads)
    assert sorted(whole.recoveries) == sorted(parts.recoveries)
    assert whole.failed == sum(dora.failed(row, known) for row in rows)
    assert whole.contained == sum(dora.contained(row, known) for row in rows)
    assert len(whole.recoveries) <= whole.failed <= whole.deployments == len(rows)


def test_a_change_from_nothing_is_no_change() -> None:
    assert dora.changed(1.0, 0.0) is None
    assert dora.changed(None, 1.0) is None
    assert dora.changed(1.1, 1.0) == pytest.approx(0.1)
    assert dora.figures(Cell(), 0).frequency is None


@pytest.mark.parametrize("state", ["succeeded", "failed", "rolled_back"])
@pytest.mark.parametrize("contained", [True, False])
@pytest.mark.parametrize("marked", ["", "broken"])
@pytest.mark.parametrize("hurt", [True, False])
@pytest.mark.parametrize("undone", [True, False])
def test_the_lists_and_the_figures_never_disagree(
    state: str, contained: bool, marked: str, hurt: bool, undone: bool, history: Callable[..., History]
) -> None:
    told = history()
    row = told.deploy("a", 1, state=state, contained=contained, marked_failed=marked)
    if hurt:
        told.incident(row, 0.1, 1)
    if undone:
        told.deploy("b", 2, kind="rollback", rollback_of=row.external_id)
    cell = dora.merged(read.cells(Q(), DAY_ONE, DAY_ONE + timedelta(days=10), []).values())
    question = asked.read({"since": "2026-11-02", "until": "2026-11-11"})
    for name in ("failed", "contained", "rework", "succeeded"):
        listed = behind.deployments(question, name)
        assert listed.count() == getattr(cell, name), name
        for one in behind.counted(behind.explained(listed)):
            assert name in (*one.classes, "succeeded")
