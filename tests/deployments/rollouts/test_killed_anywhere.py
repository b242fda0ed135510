"""A worker that is killed at any boundary of a rollout changes nothing in its outcome."""

from __future__ import annotations

import pytest

from deployments.models import Deployment, Rollout
from portal.changes.models import OPEN, Change
from services import facts
from tests.deployments.conftest import Alias, age, counts, ring

from .killing import Killer

GOOD = {"canary": (100, 1), "baseline": (1900, 19)}
BAD = {"canary": (100, 30), "baseline": (1900, 19)}
FORWARD = (
    "rollout:running", "change:armed", "segment:armed", "change:applying", "change:applied", "segment:moving",
    "segment:validating", "segment:testing", "segment:baking", "rollout:next", "segment:done", "change:kept",
    "rollout:succeeded",
)  # fmt: skip
BACK = ("rollout:rolling_back", "segment:stopped", "change:undoing", "change:undone", "rollout:rolled_back")


def drive(rollout: Rollout, killer: Killer, published: dict[str, tuple[int, int]]) -> Rollout:
    """Ring until it has ended; the worker that was killed is followed by another one."""
    for _ in range(30):
        with killer.working():
            ring(rollout)
        Rollout.objects.update(claimed_until=None)
        rollout.refresh_from_db()
        if not rollout.active:
            return rollout
        counts(**published)
        age(rollout, 60)
    pytest.fail(f"It never ended: {rollout.state}, {[str(step) for step in rollout.steps.all()[:5]]}")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("boundary", FORWARD)
def test_a_good_version_arrives_whichever_boundary_kills_the_worker(
    alias: Alias, rollout: Rollout, boundary: str, after: bool
) -> None:
    killer = Killer(boundary, after=after)
    drive(rollout, killer, GOOD)
    assert killer.done
    assert (rollout.state, alias.traffic) == ("succeeded", ("2", {}))
    assert not Change.objects.filter(state__in=OPEN).exists()
    assert rollout.segments.exclude(state="done").count() == 0
    assert facts.current(rollout.entity)["deployments.rollout"].value["state"] == "succeeded"
    assert Deployment.objects.get(source="colonnade").state == "succeeded"
    assert "is live" in rollout.steps.first().text


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("boundary", [*FORWARD[:9], *BACK])
def test_a_bad_version_is_taken_back_whichever_boundary_kills_the_worker(
    alias: Alias, rollout: Rollout, boundary: str, after: bool
) -> None:
    killer = Killer(boundary, after=after)
    drive(rollout, killer, BAD)
    assert killer.done
    assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {}))
    assert not Change.objects.filter(state__in=OPEN).exists()
    assert facts.current(rollout.entity)["deployments.rollout"].value["state"] == "rolled_back"
    assert Deployment.objects.get(source="colonnade").state == "rolled_back"
    assert "proved" in rollout.steps.first().text


@pytest.mark.parametrize(("published", "named"), [(GOOD, FORWARD), (BAD, (*FORWARD[:9], *BACK))])
def test_the_boundaries_above_are_all_there_are(
    alias: Alias, rollout: Rollout, published: dict[str, tuple[int, int]], named: tuple[str, ...]
) -> None:
    killer = Killer()
    drive(rollout, killer, published)
    assert set(killer.seen) == set(named)
