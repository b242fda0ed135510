"""Between moving and baking: are the hosts sound, and do the post-deployment tests pass?"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from deployments.engine.fleet import FAILED, WAITING
from deployments.models import Rollout, RolloutSegment
from deployments.models.states import BAKING, TESTING
from deployments.rollouts.claim import enter, hold, later, log
from deployments.rollouts.rollback import turn_back
from deployments.rollouts.watch import watch
from deployments.validations import asked, hosts, tests
from deployments.validations.outcome import Outcome
from portal.changes.kinds import Target

Look = Callable[[Rollout, RolloutSegment, Target], Outcome]


def validate(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Look at the hosts of the segment, and go on to its tests."""
    wanted = asked.of(rollout, segment)
    if wanted.script is None and wanted.target_health is None:
        enter(rollout, segment, TESTING)
        return True
    return _phase(rollout, segment, hosts.look, TESTING)


def test(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Run the tests of the segment, and let it bake."""
    if not asked.of(rollout, segment).tests:
        enter(rollout, segment, BAKING)
        return True
    return _phase(rollout, segment, tests.look, BAKING)


def _phase(rollout: Rollout, segment: RolloutSegment, look: Look, following: str) -> bool:
    sight = watch(rollout, segment)
    if sight.ended or segment.change is None:
        return sight.follow
    hold(rollout)
    outcome = look(rollout, segment, segment.change.target)
    if outcome.state == FAILED:
        return turn_back(rollout, segment, outcome.note)
    if outcome.state == WAITING:
        later(rollout, outcome.due_in)
        return False
    with transaction.atomic():
        enter(rollout, segment, following)
        log(rollout, f"{segment.name}: {outcome.note}")
    return True
