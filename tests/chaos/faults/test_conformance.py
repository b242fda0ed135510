"""Every fault keeps the contract: it can be seen, taken out and proven gone, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fnmatch import fnmatch
from typing import Any

import pytest

from chaos.faults.all import MODULES
from chaos.faults.registry import Fault, Preview, faults
from portal.aws.session_policy import allowed_actions
from portal.changes import engine
from portal.changes.kinds import Kind, kinds
from portal.changes.models import UNDONE, Change
from tests.chaos.faults import (
    dns_cases,
    fis_cases,
    function_cases,
    host_cases,
    lambda_cases,
    mesh_cases,
    network_cases,
    policy_cases,
    shift_cases,
    store_cases,
    task_cases,
    zone_cases,
)
from tests.chaos.faults.case import Case, Stage
from tests.chaos.faults.conftest import Calls

LEASE = timedelta(seconds=30)
PREFIXES = {"tagging": "tag"}
"""How IAM calls a service, where it signs under another name."""
READING = ("Describe", "List", "Get", "Assume")
CASES = {
    **dns_cases.CASES,
    **fis_cases.CASES,
    **function_cases.CASES,
    **host_cases.CASES,
    **lambda_cases.CASES,
    **mesh_cases.CASES,
    **network_cases.CASES,
    **policy_cases.CASES,
    **shift_cases.CASES,
    **store_cases.CASES,
    **task_cases.CASES,
    **zone_cases.CASES,
}
every = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
Make = Callable[[Case], Stage]


def fault_of(case: Case) -> Fault:
    found = faults.get(case.key)
    assert found is not None
    return found


def kind_of(case: Case) -> Kind:
    found = kinds.get(fault_of(case).kind)
    assert found is not None
    return found


def look_up(case: Case, stage: Stage) -> Preview:
    found = fault_of(case)
    return found.preview(stage.entity, found.read(dict(case.arguments)))


def armed(case: Case, stage: Stage) -> Change:
    seen = look_up(case, stage)
    assert seen.refusal == ""
    return engine.arm(fault_of(case).kind, seen.target, owner="t:1", by="t", lease=LEASE, reason="t")


def taken_out(change: Change, stage: Stage, case: Case) -> Change:
    """Undo, and again after the time that AWS needs for it: once for the fault itself, once for the way back."""
    change = engine.undo(change, "done")
    for _ in range(2):
        if case.wait and change.state != UNDONE:
            stage.move(case.wait)
            change = engine.undo(change, "done")
    return change


@every
def test_a_fault_is_injected_seen_taken_out_and_proven_gone(case: Case, stage: Make, calls: Calls) -> None:
    played = stage(case)
    before = case.look(played)
    calls.clear()
    change = engine.apply(armed(case, played))
    assert change.state == "applied"
    assert case.look(played) != before
    change = taken_out(change, played, case)
    assert (change.state, change.error) == (UNDONE, "")
    after = case.look(played)
    assert after == before if case.restores else len(after) == len(before)
    kind_of(case).undo(change.target, change.before)
    assert case.look(played) == after
    assert kind_of(case).verify_undone(change.target, change.before)
    assert not kind_of(case).verify_applied(change.target) or not case.restores
    assert [call for call in calls if not _may(*call)] == [], "the session's policy forbids it"


def _may(role: str, service: str, operation: str) -> bool:
    return any(fnmatch(f"{PREFIXES.get(service, service)}:{operation}", allowed) for allowed in allowed_actions(role))


@every
def test_a_fault_that_never_landed_is_undone_without_a_trace(case: Case, stage: Make, calls: Calls) -> None:
    played = stage(case)
    before = case.look(played)
    change = armed(case, played)
    calls.clear()
    assert engine.undo(change, "The worker was lost.").state == UNDONE
    assert [name for _, _, name in calls if not name.startswith(READING)] == []
    assert case.look(played) == before


@every
def test_a_throttled_undo_is_kept_and_tried_again(case: Case, stage: Make, once: None) -> None:
    played = stage(case)
    before = case.look(played)
    change = engine.apply(armed(case, played))
    played.aws.state.refusals[(*case.slow, "", "")] = ("Throttling", 400)
    change = engine.undo(change, "done")
    assert change.state == "undo_failed"
    assert "Rate exceeded" in change.error
    played.aws.state.refusals.clear()
    assert taken_out(change, played, case).state == UNDONE
    assert not case.restores or case.look(played) == before


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.theirs])
def test_what_somebody_else_has_changed_meanwhile_stays(name: str, stage: Callable[[Case], Stage]) -> None:
    case = CASES[name]
    played = stage(case)
    change = engine.apply(armed(case, played))
    assert case.theirs is not None
    case.theirs(played)
    assert taken_out(change, played, case).state == UNDONE
    assert case.kept(played)


@every
def test_what_belongs_to_another_service_is_refused(case: Case, stage: Callable[[Case], Stage]) -> None:
    played = stage(case)
    found = fault_of(case)
    assert case.says in found.preview(played.entity, found.read(dict(case.foreign))).refusal


@every
def test_a_preview_changes_nothing_and_says_how_much_goes(case: Case, stage: Make, calls: Calls) -> None:
    played = stage(case)
    calls.clear()
    seen = look_up(case, played)
    assert [name for _, _, name in calls if not name.startswith(READING)] == []
    assert seen.hit is not None
    assert seen.total is not None
    assert 0 < seen.hit <= seen.total
    assert (seen.stored()["hit"], seen.stored()["total"]) == (seen.hit, seen.total)
    assert seen.target == look_up(case, played).target, "the choice moves without a reason"


def test_every_fault_is_held_against_this_contract_or_has_tests_of_its_own(request: Any) -> None:
    tried = {case.key for case in CASES.values()}
    folder = request.config.rootpath / "tests" / "chaos"
    written = " ".join(file.read_text() for file in folder.rglob("*.py"))
    names = {
        module.FAULT.key: (f'"{module.FAULT.key}"', module.__name__.rpartition(".")[2])
        for module in MODULES
        if module.FAULT.key not in tried
    }
    assert [key for key, either in names.items() if not any(name in written for name in either)] == []
