"""Failure table: races about starts, between real processes on PostgreSQL, and clocks that are wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from benchmarks import chaos_starts
from benchmarks.portal_process import environment

from .conftest import Portal

pytestmark = [pytest.mark.service, pytest.mark.postgres, pytest.mark.redis]
CLAIM = """
from datetime import timedelta
import time_machine
from django.utils import timezone
from chaos import claim
from portal.clock import database_now
with time_machine.travel(timezone.now() + timedelta(seconds={skew})):
    taken = claim.take({run})
answer = (taken[0].lease_until - database_now()).total_seconds() if taken else None
"""


def test_two_beats_fire_one_slot_and_one_run_comes_of_it(tmp_path: object) -> None:
    with environment("postgresql") as variables:
        found = chaos_starts.slots(variables, schedulers=4, slots=40)
    assert found == {"once": 40, "runs": 40, "slots": 40, "claimed": 40}


def test_halt_all_while_starting_is_decided_inside_the_claim_transaction(tmp_path: object) -> None:
    with environment("postgresql") as variables:
        found = chaos_starts.halts(variables, tries=100)
    assert found["after"] == 0
    assert found["started"] + found["blocked"] == 100


def lease(portal: Portal, run: int, left: timedelta) -> None:
    """Let the run's lease end so long from now: starting a process takes a while of its own."""
    statement = "UPDATE chaos_experimentrun SET lease_until = clock_timestamp() + %s WHERE id = %s RETURNING 1"
    assert portal.rows(statement, left, run)


@pytest.mark.parametrize("skew", [-600, 600])
def test_clock_skew_of_ten_minutes_changes_no_lease(portal: Portal, skew: int) -> None:
    run = portal.experiment()
    left = portal.ask(CLAIM.format(skew=skew, run=run))
    assert 10 < left <= 15
    lease(portal, run, timedelta(minutes=5))
    assert portal.ask(CLAIM.format(skew=-skew, run=run)) is None, "a lease that runs was taken by a wrong clock"
    lease(portal, run, timedelta(minutes=-1))
    assert portal.ask(CLAIM.format(skew=skew, run=run)) is not None
