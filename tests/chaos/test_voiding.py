"""A proof holds for what it was made with: another version, or another configuration, voids it and says why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chaos import proof, voiding
from chaos.models import ExperimentRun
from chaos.resting import configuration
from services import facts

from .conftest import World

PROVEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DATABASE = {"items": [{"name": "ledger", "engine": "aurora-postgresql", "engine_version": "17.4", "members": 2}]}


@pytest.fixture
def ledger(db: None, service: Callable[..., Any]) -> Any:
    """ledger, whose failover was proven with version 5.14.0."""
    entity = service("ledger")
    facts.publish(entity, "aws.rds", DATABASE, source="test")
    rests = configuration("aurora_failover", facts.current(entity))
    result = {"passed": True, "version": "5.14.0", "at": PROVEN.isoformat(), "configuration": rests}
    facts.publish(entity, "chaos.proof", {**result, "by_fault": {"aurora_failover": result}}, source="test")
    return entity


def proven(entity: Any) -> dict[str, Any]:
    found: dict[str, Any] = facts.current(entity)["chaos.proof"].value["by_fault"]["aurora_failover"]
    return found


def released(entity: Any, at: datetime, version: str = "") -> None:
    facts.publish(
        entity, "deployments.pipeline", {"released_at": at.isoformat(), "released_version": version}, source="test"
    )


def test_a_proof_stands_while_nothing_changes(ledger: Any) -> None:
    released(ledger, PROVEN - timedelta(days=6), "5.14.0")
    assert voiding.void_all() == 0
    assert proven(ledger)["passed"] is True


def test_a_release_after_the_proof_voids_it_once_and_says_why(ledger: Any) -> None:
    released(ledger, PROVEN + timedelta(minutes=5), "5.15.0")
    assert voiding.void_all() == 1
    found = proven(ledger)
    assert (found["passed"], found["void"]) == (False, True)
    assert found["why"] == "It was proven for 5.14.0; 5.15.0 has been released since."
    assert found["at"] == PROVEN.isoformat()
    assert voiding.void_all() == 0


def test_a_release_of_the_same_name_after_the_proof_voids_it_too(ledger: Any) -> None:
    released(ledger, PROVEN + timedelta(minutes=5))
    voiding.void_all()
    assert proven(ledger)["why"] == "Another version was released on 23 November 2026 at 12:05 UTC, after the proof."


@pytest.mark.parametrize(("state", "holds"), [("running", True), ("rolled_back", True), ("succeeded", False)])
def test_a_rollout_counts_once_it_has_succeeded(ledger: Any, state: str, holds: bool) -> None:
    rollout = {"version": "5.15.0", "previous_version": "5.14.0", "state": state}
    facts.publish(ledger, "deployments.rollout", rollout, source="test")
    voiding.void_all()
    assert proven(ledger)["passed"] is holds


def test_another_engine_version_voids_it(ledger: Any) -> None:
    changed = {"items": [{**DATABASE["items"][0], "engine_version": "17.5"}]}
    facts.publish(ledger, "aws.rds", changed, source="test")
    voiding.void_all()
    assert proven(ledger)["why"] == "The configuration that it rests on (rds) has changed since."


def test_what_does_not_decide_the_outcome_voids_nothing(ledger: Any) -> None:
    facts.publish(ledger, "aws.rds", {"items": [{**DATABASE["items"][0], "backup_days": 30}]}, source="test")
    assert voiding.void_all() == 0


def test_a_failed_experiment_has_nothing_to_void(ledger: Any) -> None:
    value = facts.current(ledger)["chaos.proof"].value
    by_fault = {"aurora_failover": {**value["by_fault"]["aurora_failover"], "passed": False}}
    facts.publish(ledger, "chaos.proof", {**value, "by_fault": by_fault}, source="test")
    released(ledger, PROVEN + timedelta(minutes=5), "5.15.0")
    assert voiding.void_all() == 0


def test_a_run_leaves_what_its_proof_rests_on(world: World, run: ExperimentRun) -> None:
    released(run.service, PROVEN - timedelta(days=6), "7.2.1")
    world.ring_until(run, "ended")
    found = facts.current(run.service)["chaos.proof"].value["by_fault"]["test_fault"]
    assert (found["version"], found["configuration"], found["passed"]) == ("7.2.1", "", True)


def test_a_pass_without_news_asks_a_constant_number_of_queries(
    ledger: Any, service: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    for number in range(50):
        facts.publish(service(f"s-{number}"), "chaos.proof", {"passed": False, "by_fault": {}}, source="test")
    with django_assert_max_num_queries(3):
        assert voiding.void_all() == 0


def test_nobody_has_said_which_version_runs() -> None:
    assert proof.deployed_version({}) == ""
