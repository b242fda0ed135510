"""Random events, crashes and duplicates: never two writers, never a lost undo, never a weight sum other than one."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from deployments.engine.rollout import IllegalMove
from deployments.models import Rollout, RolloutPlan
from deployments.rollouts import control
from deployments.rollouts.start import CannotStart, plan_rollout
from deployments.targets import lambda_alias
from portal.changes import engine
from portal.changes.kinds import Target, kinds
from portal.changes.models import KEPT, OPEN, Change
from portal.sandbox.server import Sandbox
from services.guards import Guard, guards
from services.models import Entity
from tests.deployments.conftest import PLAN, TARGET, Alias, age, counts, make_alias, ring

from .killing import Killer
from .test_killed_anywhere import BACK, BAD, FORWARD, GOOD

ACTS: dict[str, Callable[[Rollout, User, str], Rollout]] = {
    "pause": control.pause,
    "resume": control.resume,
    "promote": control.promote,
    "abort": control.abort,
    "roll back": control.roll_back,
}


class Lives(RuleBasedStateMachine):
    """One rollout, many workers, an unreliable world."""

    sandbox: Sandbox
    service: Callable[..., Entity]
    mira: User

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.sandbox.reset()
        self.alias: Alias = make_alias()
        self.applied: Counter[str] = Counter()
        self.frozen, self.stalled = False, False
        change = replace(lambda_alias.CHANGE, apply=self._apply)
        self.stack.enter_context(kinds.temporarily(change))
        self.stack.enter_context(guards.temporarily(Guard("freeze", "Freeze", self._freeze)))
        plan = RolloutPlan.objects.create(name="lives", definition=PLAN)
        entity = self.service("checkout")
        self.rollout = plan_rollout(entity, plan, dict(TARGET), version="2", previous_version="1", by="mira")

    def _freeze(self, query: Any) -> str:
        return "Frozen." if self.frozen and query.action == "rollout" else ""

    def _apply(self, target: Target) -> None:
        self.applied[f"{target.get('segment')} {target['to']} {Change.objects.latest('id').pk}"] += 1
        if self.stalled:
            self.stalled = False
            self._another_worker()
        lambda_alias.apply(target)

    @rule()
    def a_worker_rings(self) -> None:
        self._ring(Killer())

    @rule(boundary=st.sampled_from([*FORWARD, *BACK]), after=st.booleans())
    def a_worker_is_killed(self, boundary: str, after: bool) -> None:
        self._ring(Killer(boundary, after=after))

    @rule(at=st.integers(1, 60))
    def a_worker_stalls_anywhere(self, at: int) -> None:
        self._ring(Killer(stall_at=at, meanwhile=self._another_worker))

    def _another_worker(self) -> None:
        """The claim has run out meanwhile."""
        Rollout.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        ring(self.rollout)

    @rule()
    def a_worker_stalls_while_it_applies(self) -> None:
        self.stalled = True
        self._ring(Killer())
        self.stalled = False

    @rule(good=st.booleans())
    def counts_arrive(self, good: bool) -> None:
        counts(**(GOOD if good else BAD))
        age(self.rollout, 60)

    @rule(act=st.sampled_from(sorted(ACTS)))
    def a_person_acts(self, act: str) -> None:
        with contextlib.suppress(IllegalMove, CannotStart):
            ACTS[act](Rollout.objects.get(pk=self.rollout.pk), self.mira, "trying")

    @rule()
    def a_freeze_comes_or_goes(self) -> None:
        self.frozen = not self.frozen

    @rule()
    def all_workers_are_away_and_recovery_comes(self) -> None:
        engine.recover(timezone.now() + timedelta(hours=1))

    @precondition(lambda self: self.rollout.active)
    @rule(code=st.sampled_from(["ThrottlingException", "AccessDeniedException"]))
    def aws_refuses_for_a_while(self, code: str) -> None:
        state = self.sandbox.state
        state.refusals[("lambda", "UpdateAlias", "", "")] = (code, 400)
        self._ring(Killer())
        state.refusals.clear()

    @invariant()
    def the_weights_sum_to_one(self) -> None:
        version, weights = self.alias.traffic
        assert version in ("1", "2")
        assert 0 <= sum(weights.values()) <= 1
        assert version not in weights

    @invariant()
    def each_change_is_applied_at_most_once(self) -> None:
        assert not [key for key, count in self.applied.items() if count > 1]

    @invariant()
    def no_undo_is_lost(self) -> None:
        version, weights = self.alias.traffic
        if version == "2" or weights.get("2", 0) > 0:
            mine = Change.objects.filter(owner=self.rollout.owner)
            assert mine.filter(state__in=(*OPEN, KEPT)).exists()

    def teardown(self) -> None:
        """However it went, an abort and patient workers put everything back, unless it had succeeded."""
        try:
            self._end()
        finally:
            transaction.set_rollback(True)
            self.stack.close()

    def _end(self) -> None:
        self.frozen = False
        rollout = Rollout.objects.get(pk=self.rollout.pk)
        if rollout.active and rollout.state != "rolling_back":
            control.abort(rollout, self.mira)
        for _ in range(6):
            engine.recover(timezone.now() + timedelta(hours=1))
            self._ring(Killer())
        rollout.refresh_from_db()
        assert not rollout.active
        assert not Change.objects.filter(state__in=OPEN).exists()
        wanted = ("2", {}) if rollout.state == "succeeded" else ("1", {})
        assert self.alias.traffic == wanted

    def _ring(self, killer: Killer) -> None:
        with killer.working():
            ring(self.rollout)
        Rollout.objects.update(claimed_until=None)
        self.rollout.refresh_from_db()


def test_whatever_happens_the_traffic_is_whole_and_comes_back(
    aws: Sandbox, db: None, service: Callable[..., Entity], mira: User
) -> None:
    Lives.sandbox, Lives.service, Lives.mira = aws, staticmethod(service), mira  # type: ignore[assignment]
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=quiet)
    )
