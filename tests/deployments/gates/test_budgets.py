"""Error budgets: what is pushed, what remains, and what that stops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from deployments.gates import ask, budgets
from deployments.models import BudgetSample
from tests.deployments.gates.conftest import gate

ADDRESS = "/api/v1/deployments/budgets/"


def push(client: Any, **body: Any) -> Any:
    """One report of checkout."""
    values = {"service": "checkout", "at": timezone.now().isoformat(), "target": 0.999, **body}
    return client.post(ADDRESS, values, format="json")


@given(st.floats(0.5, 0.9999), st.floats(1, 1e9), st.floats(0, 1))
def test_what_remains_does_not_depend_on_units(target: float, total: float, share: float) -> None:
    small = budgets.remaining(total, total * share, target)
    large = budgets.remaining(total * 1e6, total * share * 1e6, target)
    assert small == pytest.approx(large, rel=1e-9, abs=1e-9)
    assert small <= 1


def test_counts_of_the_window_are_summed_and_older_ones_do_not_count(
    planned: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    planned()
    now = timezone.now()
    for days, bad in ((1, 20), (10, 30), (29, 1000)):
        at = (now - timedelta(days=days) + timedelta(hours=1)).isoformat()
        reply = push(api(mira), at=at, total=50_000, bad=bad)
    # 50 bad of 100,000 against 100 allowed.
    assert reply.status_code == 201
    assert api(mira).get(ADDRESS).json()["results"][0]["remaining"] == pytest.approx(0.5)


def test_a_spent_budget_stops_the_rollout_and_only_an_admin_may_override(
    planned: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    rollout = planned()
    push(api(mira), total=1000, bad=1)
    found = gate(ask.standing(rollout), "error_budget")
    assert (found.blocks, found.reason, found.who_may_override) == (True, "budget-spent", "admin")
    assert "99.9\u202f% over 28 days: 0\u202f% left" in found.note


def test_a_reserve_is_kept(planned: Callable[..., Any], mira: Any, api: Callable[..., Any]) -> None:
    rollout = planned(error_budget={"policy": "block", "reserve": 0.2})
    push(api(mira), remaining=0.2)
    assert gate(ask.standing(rollout), "error_budget").blocks
    push(api(mira), remaining=0.21)
    assert not gate(ask.standing(rollout), "error_budget").blocks


def test_a_budget_that_nobody_reported_lately_is_not_known(
    planned: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    rollout = planned(error_budget="block")
    assert gate(ask.standing(rollout), "error_budget").reason == "none"
    push(api(mira), total=10, bad=0)
    BudgetSample.objects.update(at=timezone.now() - timedelta(hours=25))
    found = gate(ask.standing(rollout), "error_budget")
    assert (found.state, found.blocks, found.reason) == ("stale", True, "not-known")


def test_the_same_moment_again_replaces_what_was_sent_for_it(
    planned: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    planned()
    at = timezone.now().isoformat()
    for bad in (5, 6):
        push(api(mira), at=at, total=1e5, bad=bad)
    assert [sample.bad for sample in BudgetSample.objects.all()] == [6]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"total": 5}, {"bad": 1}, {"total": 1, "bad": 2}, {"total": -1, "bad": 0}, {"remaining": 2},
        {"total": 1, "bad": 0, "remaining": 1}, {"total": 1, "bad": 0, "target": 1}, {"total": 1, "bad": 0, "target": None},
        {"total": 1, "bad": 0, "at": "2999-01-01T00:00:00Z"}, {"total": "many", "bad": 0}, {"remaining": 1, "slo": "a\nb"},
        {"remaining": 1, "service": "moon"},
    ],
)  # fmt: skip
def test_a_report_that_makes_no_sense_is_refused(
    body: dict[str, Any], planned: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    planned()
    assert push(api(mira), **body).status_code == 400
    assert not BudgetSample.objects.exists()


def test_only_editors_of_the_owning_team_report(
    planned: Callable[..., Any], jon: Any, vera: Any, api: Callable[..., Any]
) -> None:
    planned()
    assert push(api(jon), remaining=1).status_code == 403
    assert push(api(vera), remaining=1).status_code == 403
