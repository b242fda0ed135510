"""Production needs two people: another one than who wrote it and who asks, for exactly this, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from chaos import approvals, experiments, start
from chaos.engine.approval import Given, Wanted, refusal, shape
from chaos.engine.definition import Invalid
from chaos.models import Approval, Experiment, ExperimentRun
from portal.access.models import AuditEvent

from .conftest import START, World

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def rule(settings: Any) -> None:
    settings.CHAOS_APPROVAL = "production"


@pytest.fixture
def looked(experiment: Experiment) -> Experiment:
    """The experiment of jon, after a worker looked its targets up."""
    start.look_up(experiment)
    return experiment


@pytest.fixture
def eve(person: Callable[..., Any]) -> Any:
    return person("eve", "operator", "search")


def seen(experiment: Experiment) -> str:
    return str(experiment.preview["targets_hash"])


def slot(experiment: Experiment, hours: int = 0, by: str = "schedule") -> ExperimentRun:
    run = start.create(experiment, START + timedelta(hours=hours), by=by, job_run=1 if by == "schedule" else None)
    assert run is not None
    return run


def test_production_is_blocked_without_a_second_person(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "blocked")
    assert "needs the approval of a second person" in run.reason
    assert "apply" not in world.calls


def test_a_service_that_is_not_in_production_needs_nobody(world: World, run: ExperimentRun, settings: Any) -> None:
    from portal.aws.models import Account

    run.service.lifecycle = "experimental"
    run.service.save()
    Account.objects.update(name="playground")
    world.ring_until(run, "ended")
    assert run.passed


def test_an_account_called_production_needs_a_second_person_for_any_service(experiment: Experiment) -> None:
    experiment.service.lifecycle = "experimental"
    assert "111111111111 (production)" in approvals.needed(experiment)


@pytest.mark.parametrize(("word", "expected"), [("none", ""), ("all", "every experiment"), ("typo", "in production")])
def test_the_setting_says_what_needs_it_and_a_typo_is_the_safe_side(
    experiment: Experiment, settings: Any, word: str, expected: str
) -> None:
    settings.CHAOS_APPROVAL = word
    found = approvals.needed(experiment)
    assert expected in found
    assert bool(found) == bool(expected)


def test_an_approval_of_a_second_person_lets_it_run(world: World, looked: Experiment, eve: Any) -> None:
    made = approvals.approve(looked, eve, seen(looked), reason="Read it.")
    assert made.expires_at - made.at == timedelta(hours=24)
    run = slot(looked, by="jon")
    world.ring_until(run, "ended")
    assert run.passed
    event = AuditEvent.objects.get(action="chaos.approve")
    assert (event.actor, event.detail["sha256"]) == ("eve", looked.sha256)


def test_who_asks_for_the_run_is_not_the_second_person(world: World, looked: Experiment, eve: Any) -> None:
    approvals.approve(looked, eve, seen(looked))
    run = slot(looked, by="eve")
    world.ring_until(run, "blocked")
    assert "somebody else has to" in run.reason


def test_who_wrote_it_cannot_approve_it(looked: Experiment, jon: Any) -> None:
    with pytest.raises(PermissionDenied, match="somebody else"):
        approvals.approve(looked, jon, seen(looked))


@pytest.mark.parametrize("who", ["vera", "ana", "mira"])
def test_others_cannot_approve(looked: Experiment, who: str, request: Any) -> None:
    with pytest.raises(PermissionDenied):
        approvals.approve(looked, request.getfixturevalue(who), seen(looked))
    assert not Approval.objects.exists()


def test_an_edit_voids_the_approval(world: World, looked: Experiment, eve: Any) -> None:
    approvals.approve(looked, eve, seen(looked))
    made = experiments.change(looked, {"observe_seconds": 12}, "jon")
    run = slot(made)
    world.ring_until(run, "blocked")
    assert "needs approval again, because the experiment was edited since" in run.reason


def test_an_expired_approval_is_void(world: World, looked: Experiment, eve: Any) -> None:
    approvals.approve(looked, eve, seen(looked))
    world.clock.shift(timedelta(hours=25))
    run = slot(looked, 25)
    world.ring_until(run, "blocked")
    assert "expired at 2026-11-24 12:00 UTC" in run.reason


def test_other_targets_than_approved_are_not_hit(
    world: World, looked: Experiment, eve: Any, moved: Callable[[dict[str, Any]], Any]
) -> None:
    approvals.approve(looked, eve, seen(looked))
    with moved({"hosts": ["i-2"]}):
        run = slot(looked)
        world.ring_until(run, "blocked")
    assert "needs approval again, because what it would hit changed since" in run.reason
    assert "apply" not in world.calls


@pytest.fixture
def moved(world: World) -> Callable[[dict[str, Any]], Any]:
    """Let the fault hit something else for the block."""
    from dataclasses import replace

    from chaos.faults.registry import Preview, faults

    def make(more: dict[str, Any]) -> Any:
        fault = faults.get("test-fault")
        assert fault is not None
        target = {"account": "111111111111", "region": "us-east-1", **more}
        return faults.temporarily(replace(fault, preview=lambda service, arguments: Preview(target, "Others.")))

    return make


def test_a_standing_approval_follows_hosts_that_are_replaced_but_not_one_more(
    world: World, looked: Experiment, eve: Any, moved: Callable[[dict[str, Any]], Any]
) -> None:
    with moved({"hosts": ["i-1"]}):
        start.look_up(looked)
    approvals.approve(looked, eve, seen(looked), standing=True)
    with moved({"hosts": ["i-2"]}):
        run = slot(looked)
        world.ring_until(run, "ended")
        assert run.passed
    with moved({"hosts": ["i-2", "i-3"]}):
        later = slot(looked, 1)
        world.ring_until(later, "blocked")
    assert "what it would hit changed" in later.reason


def test_a_standing_approval_is_for_the_schedule_only(world: World, looked: Experiment, eve: Any) -> None:
    approvals.approve(looked, eve, seen(looked), standing=True)
    run = slot(looked, by="jon")
    world.ring_until(run, "blocked")
    assert "approved only the runs of its schedule" in run.reason


def test_a_withdrawn_approval_is_void(world: World, looked: Experiment, eve: Any, jon: Any) -> None:
    approvals.approve(looked, eve, seen(looked))
    assert approvals.withdraw(looked, jon) == 1
    assert approvals.withdraw(looked, jon) == 0
    run = slot(looked)
    world.ring_until(run, "blocked")
    assert "jon withdrew it" in run.reason


def test_only_what_was_looked_at_is_approved(looked: Experiment, eve: Any) -> None:
    with pytest.raises(Invalid, match="changed since you looked"):
        approvals.approve(looked, eve, "0" * 64)
    looked.preview = None
    with pytest.raises(Invalid, match="not known yet"):
        approvals.approve(looked, eve, "0" * 64)


def test_a_refused_target_is_not_approved(world: World, experiment: Experiment, eve: Any) -> None:
    world.refusal = "Nothing would be left."
    start.look_up(experiment)
    with pytest.raises(Invalid, match="Nothing would be left"):
        approvals.approve(experiment, eve, seen(experiment))


def test_rest_lists_gives_and_takes_back(looked: Experiment, eve: Any, jon: Any, vera: Any, api: Any) -> None:
    url = f"/api/v1/chaos/experiments/{looked.slug}/approvals/"
    assert api(vera).post(url, {"targets_hash": seen(looked)}, format="json").status_code == 403
    assert api(jon).post(url, {"targets_hash": seen(looked)}, format="json").status_code == 403
    wrong = api(eve).post(url, {"targets_hash": "x", "more": 1}, format="json")
    assert wrong.status_code == 400
    assert "more" in wrong.json()["error"]["fields"]
    stale = api(eve).post(url, {"targets_hash": "0" * 64}, format="json")
    assert "changed since you looked" in str(stale.json()["error"]["fields"]["targets_hash"])
    assert api(eve).post(url, {"targets_hash": seen(looked)}, format="json").status_code == 201
    assert api(vera).get(url).json()[0]["by"] == "eve"
    assert api(vera).delete(url).status_code == 403
    assert api(jon).delete(url).json()[0]["withdrawn_by"] == "jon"


def test_the_page_offers_the_button_to_the_second_person_only(
    looked: Experiment, eve: Any, jon: Any, vera: Any, browse: Any
) -> None:
    page = looked.get_absolute_url()
    assert "Approve for 24 h" not in browse(jon).get(page).content.decode()
    assert "You wrote this version" in browse(jon).get(page).content.decode()
    assert "You need the role operator of search" in browse(vera).get(page).content.decode()
    client = browse(eve)
    assert "Approve for 24 h" in client.get(page).content.decode()
    assert browse(vera).post(f"{page}approve/", {"targets_hash": seen(looked)}).status_code == 403
    client.post(f"{page}approve/", {"targets_hash": seen(looked), "reason": "Read it.", "standing": "1"})
    text = client.get(page).content.decode()
    assert "Approved by eve" in text
    assert "for the runs of its schedule" in text
    client.post(f"{page}withdraw/")
    assert "eve withdrew it" in client.get(page).content.decode()


def test_the_page_says_nothing_of_it_where_nobody_has_to_approve(
    looked: Experiment, jon: Any, browse: Any, settings: Any
) -> None:
    settings.CHAOS_APPROVAL = "none"
    assert "Two people" not in browse(jon).get(looked.get_absolute_url()).content.decode()


texts = st.sampled_from(["a", "b", "c"])
givens = st.builds(
    Given,
    by=st.sampled_from(["eve", "jon", "mira"]),
    experiment_sha256=texts,
    bound_to=texts,
    standing=st.booleans(),
    expires_at=st.sampled_from([NOW, NOW + timedelta(hours=1)]),
    withdrawn_by=st.sampled_from(["", "jon"]),
)
wanteds = st.builds(
    Wanted,
    experiment_sha256=texts,
    targets_hash=texts,
    shape_hash=texts,
    people=st.frozensets(st.sampled_from(["jon", "mira", "schedule"])),
    scheduled=st.booleans(),
)


@given(wanteds, st.lists(givens, max_size=5))
def test_nothing_passes_without_a_second_persons_living_yes_to_exactly_this(
    wanted: Wanted, approvals_given: list[Given]
) -> None:
    why = refusal(wanted, approvals_given, NOW)
    fitting = [
        one
        for one in approvals_given
        if one.by not in wanted.people
        and one.expires_at > NOW
        and not one.withdrawn_by
        and one.experiment_sha256 == wanted.experiment_sha256
        and one.bound_to == (wanted.shape_hash if one.standing else wanted.targets_hash)
        and (wanted.scheduled or not one.standing)
    ]
    assert (why == "") == bool(fitting)


def test_the_shape_keeps_counts_flags_and_what_the_experiment_names() -> None:
    target = {
        "zone": "us-east-1a",
        "vpc": "vpc-1",
        "subnets": ["s-1", "s-2"],
        "force": True,
        "count": 3,
        "in": {"a": "x"},
    }
    found = shape(target, {"us-east-1a"})
    assert found == {
        "zone": "us-east-1a", "vpc": "text", "subnets": {"count": 2}, "force": True, "count": 3, "in": {"a": "text"},
    }  # fmt: skip
    assert found == shape({**target, "vpc": "vpc-2", "subnets": ["s-3", "s-4"]}, {"us-east-1a"})
    assert found != shape({**target, "zone": "us-east-1b"}, {"us-east-1a"})
