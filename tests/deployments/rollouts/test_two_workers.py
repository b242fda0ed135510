"""Two workers at once: wherever the slow one wakes up, only one of them has written to AWS."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from deployments.models import Rollout
from portal.changes.models import OPEN, Change
from tests.deployments.conftest import Alias, age, counts, ring

from .killing import Killer
from .test_killed_anywhere import BAD

MOST_STATEMENTS = 80
CANARY = {"version": "1", "weights": {"2": 0.05}}


def stalled_ring(rollout: Rollout, at: int) -> bool:
    """A worker that stalls at its statement number ``at`` while another one takes over; False if it had ended before."""

    def meanwhile() -> None:
        Rollout.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        ring(rollout)

    killer = Killer(stall_at=at, meanwhile=meanwhile)
    with killer.working():
        ring(rollout)
    return killer.outside >= at


def test_a_worker_that_stalls_anywhere_while_it_moves_traffic_never_leaves_it_without_an_undo(
    alias: Alias, rollout: Rollout
) -> None:
    """Between the call and its record the other worker has to take the slow one for dead, and puts its try back."""
    reached = 0
    for at in range(1, MOST_STATEMENTS):
        with transaction.atomic():
            reached += stalled_ring(rollout, at)
            moved = alias.traffic != ("1", {})
            assert moved <= Change.objects.filter(state__in=OPEN).exists(), f"stalled at statement {at}"
            assert alias.writes.count(CANARY) <= Change.objects.count(), f"stalled at statement {at}"
            for _ in range(3):
                ring(rollout)
            rollout.refresh_from_db()
            ends = {"running": ("1", {"2": 0.05}), "paused": ("1", {}), "rolled_back": ("1", {})}
            assert alias.traffic == ends[rollout.state], f"stalled at statement {at}"
            transaction.set_rollback(True)
        alias.client.update_alias(
            FunctionName="checkout", Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {}}
        )
        alias.writes.clear()
    assert reached > 10


def test_a_worker_that_stalls_anywhere_while_it_rolls_back_leaves_the_traffic_where_it_was(
    alias: Alias, rollout: Rollout
) -> None:
    ring(rollout)
    counts(**BAD)
    age(rollout, 60)
    reached = 0
    for at in range(1, MOST_STATEMENTS):
        with transaction.atomic():
            reached += stalled_ring(rollout, at)
            ring(rollout)
            rollout.refresh_from_db()
            assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {})), f"stalled at statement {at}"
            transaction.set_rollback(True)
        alias.client.update_alias(
            FunctionName="checkout",
            Name="live",
            FunctionVersion="1",
            RoutingConfig={"AdditionalVersionWeights": {"2": 0.05}},
        )
    assert reached > 10
