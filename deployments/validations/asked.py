"""What the plan asks of a segment, and since when."""

from __future__ import annotations

from datetime import datetime

from deployments.engine.plan.validation import Validation, parse
from deployments.models import Rollout, RolloutSegment


def of(rollout: Rollout, segment: RolloutSegment) -> Validation:
    """The sections of the plan that this segment was made from."""
    return parse(rollout.plan.plan.segments[segment.order].checks)


def began(rollout: Rollout, segment: RolloutSegment) -> datetime:
    """When the segment got its traffic; the rollout's own beginning where that is not known."""
    return segment.started_at or rollout.created_at
