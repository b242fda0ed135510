"""Within three minutes of the start, without touching anything, the portal has a story to tell. Runs before the walk."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.running import Portal, until

pytestmark = [pytest.mark.service, pytest.mark.browser]

SECONDS = 180
PILLARS = {"operationalExcellence", "security", "reliability", "performance", "costOptimization"}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def within(portal: Portal) -> Callable[[str, Callable[[], Any]], Any]:
    """Wait for something, but not longer than three minutes after the first page."""
    end = time.monotonic() + SECONDS

    def wait(title: str, what: Callable[[], Any]) -> Any:
        return until(what, max(1.0, end - time.monotonic()), portal, title)

    return wait


def rows(portal: Portal, path: str) -> Rows:
    """The first page of a list."""
    found: Rows = portal.get(f"/api/v1/{path}")["results"]
    return found


def moved(portal: Portal, service: str, fact: str) -> Rows:
    """Points of a service's history where the score is another one and this fact is named as a cause."""
    history = rows(portal, f"scorecards/services/component/default/{service}/history/?page_size=200")
    found, before = [], {}
    for point in reversed(history):
        value = point["score"]
        if before.get(point["pillar"]) not in (None, value) and fact in {
            cause["fact"] for cause in point["cause_detail"]
        }:
            found.append(point)
        before[point["pillar"]] = value
    return found


def test_the_services_are_in_the_catalog(portal: Portal, within: Any) -> None:
    found = within(
        "24 services", lambda: len(portal.get("/api/catalog/entities?filter=kind=component&limit=200")) >= 24
    )
    assert found


def test_all_five_pillars_are_scored(portal: Portal, within: Any) -> None:
    def scored() -> bool:
        card = portal.get("/api/v1/scorecards/services/component/default/checkout/")
        return {one["pillar"] for one in card["scores"] if one["score"] is not None} >= PILLARS

    assert within("five scores of checkout", scored)


def test_the_canary_has_moved(portal: Portal, within: Any) -> None:
    def second_segment() -> Any:
        found = [row for row in rows(portal, "deployments/rollouts/") if row["service"].endswith("/checkout")]
        segments = portal.get(f"/api/v1/deployments/rollouts/{found[0]['id']}/")["segments"] if found else []
        return segments and segments[0]["state"] == "done" and segments[1]["state"] != "waiting" and segments

    segments = within("the canary segment to be done", second_segment)
    assert segments[0]["weight"] < segments[1]["weight"]


def test_the_scheduled_experiment_has_run_and_was_undone(portal: Portal, within: Any) -> None:
    def ended() -> Any:
        return [run for run in rows(portal, "chaos/runs/") if run["state"] == "ended"]

    run = within("the experiment's end", ended)[-1]
    assert run["requested_by"] == "schedule"
    assert run["passed"] is True
    assert run["injected_at"] < run["removed_at"]
    assert run["verdicts"]["safety"]["state"] == "good"


def test_a_cost_review_exists(portal: Portal, within: Any) -> None:
    reviews = within(
        "a finished cost review", lambda: [one for one in rows(portal, "costs/reviews/") if one["state"] == "done"]
    )
    assert any(one["totals"] for one in reviews)


@pytest.mark.parametrize(
    ("service", "fact"),
    [
        ("checkout", "deployments.rollout"),
        ("search-api", "chaos.proof"),
        ("ledger", "chaos.proof"),
        ("reports", "costs.review"),
        ("reports", "costs.findings"),
    ],
)
def test_a_score_changed_because_of_it_and_says_so(portal: Portal, within: Any, service: str, fact: str) -> None:
    point = within(f"a score of {service} that {fact} moved", lambda: moved(portal, service, fact))[0]
    assert fact in point["cause_text"] or fact in {cause["fact"] for cause in point["cause_detail"]}
    assert any(cause["before"] != cause["after"] for cause in point["cause_detail"])


def test_no_job_has_failed_on_the_way(portal: Portal) -> None:
    assert not [(run["job"], run["error"]) for run in rows(portal, "jobs/runs/?state=failed")]


def test_every_change_in_aws_was_undone_or_kept(portal: Portal, within: Any) -> None:
    counted = portal.manage(
        "shell",
        "-v",
        "0",
        "-c",
        "from portal.changes.models import Change as C; print(C.objects.filter(state='undo_failed').count())",
    )
    assert counted.splitlines()[-1] == "0"
