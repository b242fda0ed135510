"""What chaos forbids: each guard denies for its reason, names who may change it, and a run is blocked by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from chaos.calendars.models import Blackout, TeamRules
from chaos.engine.hosts import Loss, too_few
from chaos.models import Experiment, ExperimentRun
from chaos.start import create
from services import guards
from services.descriptors.ends import Edge
from services.storing.relations import replace_edges

from .conftest import START, World


def reason(entity: Any, **detail: Any) -> str:
    """All that speaks against chaos on the service now."""
    return "; ".join(guards.ask("chaos", entity, detail=detail).reasons)


def blackout(**fields: Any) -> Blackout:
    """A blackout around noon."""
    usual = {
        "title": "Black Friday", "reason": "Sales", "created_by": "mira",
        "starts_at": START - timedelta(hours=1), "ends_at": START + timedelta(hours=1),
    }  # fmt: skip
    return Blackout.objects.create(**(usual | fields))


def test_a_quiet_service_may_be_tried(world: World, service: Callable[..., Any]) -> None:
    decision = guards.ask("chaos", service())
    assert decision.allowed
    assert {"Blackouts", "Business hours", "No chaos during an incident"} <= {a.title for a in decision.answers}


def test_a_blackout_of_everything_blocks_a_run_and_says_until_when(world: World, run: ExperimentRun) -> None:
    blackout()
    world.ring_until(run, "blocked")
    assert "“Black Friday” holds until Mon 23 Nov 2026 13:00 UTC (Sales)" in run.reason
    assert "an operator of everything or an admin may end it" in run.reason
    assert "apply" not in world.calls


def test_a_blackout_that_begins_after_the_claim_still_blocks(world: World, run: ExperimentRun) -> None:
    blackout(starts_at=START + timedelta(seconds=2))
    world.ring_until(run, "blocked")
    assert "apply" not in world.calls


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        ("all", True), ("group:default/payments", True), ("component:default/checkout", True),
        ("group:default/search", False), ("component:default/other", False),
    ],
)  # fmt: skip
def test_a_blackout_reaches_its_scope_only(world: World, service: Callable[..., Any], scope: str, held: bool) -> None:
    blackout(scope=scope)
    assert ("Black Friday" in reason(service())) is held


def test_a_weekly_blackout_keeps_its_hour_when_the_clocks_change(db: None, service: Callable[..., Any]) -> None:
    blackout(
        days=[6], opens=time(12), closes=time(14), zone="Europe/Berlin",
        starts_at=datetime(2026, 10, 1, tzinfo=UTC), ends_at=None,
    )  # fmt: skip
    entity = service()
    for moment, held in [("2026-10-18T10:30", True), ("2026-10-25T11:30", True), ("2026-10-25T10:30", False)]:
        with time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False):
            assert ("Black Friday" in reason(entity)) is held, moment


def test_outside_the_business_hours_of_the_team_nothing_starts(world: World, service: Callable[..., Any]) -> None:
    TeamRules.objects.create(scope="group:default/payments", zone="Asia/Kathmandu", changed_by="mira")
    said = reason(service())
    assert "outside the business hours of payments" in said
    assert "they begin Tue 24 Nov 09:00 +0545; an operator of payments may change them" in said
    assert not reason(service("search-api", team="search"))


def test_the_rules_of_a_team_win_over_those_of_all(world: World, service: Callable[..., Any]) -> None:
    TeamRules.objects.create(scope="all", zone="Asia/Kathmandu", changed_by="admin")
    entity = service()
    assert "an admin may change them" in reason(entity)
    TeamRules.objects.create(scope="group:default/payments", only_business_hours=False, changed_by="mira")
    assert not reason(entity)


@pytest.mark.parametrize(
    ("hit", "total", "words"),
    [(2, 6, ""), (5, 6, "1 of 6 hosts would stay, and 2 must"), (1, 1, "0 of 1"), (None, None, "not known")],
)
def test_enough_hosts_must_stay(
    world: World, service: Callable[..., Any], hit: int | None, total: int | None, words: str
) -> None:
    said = reason(service(), faults=[{"fault": "zone-network-cut", "hit": hit, "total": total}])
    assert words in said
    assert bool(said) is bool(words)


def test_a_function_is_no_host(world: World, service: Callable[..., Any]) -> None:
    assert not reason(service(), faults=[{"fault": "lambda-concurrency-zero", "hit": 1, "total": 1}])


def test_faults_of_one_run_are_counted_together() -> None:
    assert too_few([Loss(2, 6), Loss(3, 6)], 30) == "1 of 6 hosts would stay, and 2 must (30 %)"
    assert too_few([Loss(2, 6), Loss(None, 6)], 30).startswith("how many hosts")
    assert not too_few([], 100)


def test_no_experiment_while_a_dependency_is_under_one(
    world: World, run: ExperimentRun, experiment: Experiment, service: Callable[..., Any]
) -> None:
    near, far = service("checkout"), service("billing")
    edges = [Edge(near.ref, "dependsOn", run.service.ref), Edge(far.ref, "dependsOn", near.ref)]
    replace_edges({"test": edges})
    world.ring_until(run, "observing")
    assert "an operator of search may abort it" in reason(near)
    assert not reason(far)
    world.ring_until(run, "ended")
    assert not reason(near)


def test_an_api_between_two_services_is_no_hop_of_its_own(
    world: World, run: ExperimentRun, service: Callable[..., Any]
) -> None:
    user = service("checkout")
    api = "api:default/search"
    replace_edges({"test": [Edge(run.service.ref, "providesApi", api), Edge(user.ref, "consumesApi", api)]})
    world.ring_until(run, "observing")
    assert "is under way on search-api" in reason(user)


def test_a_guard_that_fails_blocks_the_run(world: World, run: ExperimentRun, guard: Callable[..., Any]) -> None:
    def broken(query: Any) -> str:
        raise RuntimeError("no database")

    with guard(broken):
        world.ring_until(run, "blocked")
    assert "The test guard could not be asked, so the answer is no." in run.reason


def test_guards_are_asked_again_right_before_the_fault(
    world: World, experiment: Experiment, guard: Callable[..., Any]
) -> None:
    asked: list[Any] = []
    made = create(experiment, START, by="jon")
    assert made is not None
    with guard(lambda query: asked.append(query.detail) or ""):
        world.ring_until(made, "observing")
    assert "faults" not in asked[0]
    told = [detail for detail in asked if "faults" in detail]
    assert [one["fault"] for one in told[-1]["faults"]] == ["test-fault"]
    assert not told[-1]["under_fault"]
