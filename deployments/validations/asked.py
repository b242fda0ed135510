"""What the plan asks of a segment, and which try of the segment this is."""

from __future__ import annotations

from datetime import datetime

from deployments.engine.plan.validation import Validation, parse
from deployments.models import Rollout, RolloutSegment


def of(rollout: Rollout, segment: RolloutSegment) -> Validation:
    """The sections of the plan that this segment was made from."""
    return parse(rollout.plan.plan.segments[segment.order].checks)


def attempt_of(segment: RolloutSegment) -> int:
    """How often the segment has been tried, this time included."""
    return int(getattr(segment, "attempt", 1))


def began(rollout: Rollout, segment: RolloutSegment) -> datetime:
    """When the segment got its traffic; the rollout's own beginning where that is not known."""
    return segment.started_at or rollout.created_at
