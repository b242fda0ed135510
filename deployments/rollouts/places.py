"""Where the segments of a rollout are: its own target, or that of a further region or account."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from deployments.models import Rollout, RolloutSegment
from deployments.targets.contract import LAMBDA_ALIAS, name_of
from portal.changes.kinds import Target


def key_of(target: Mapping[str, Any]) -> str:
    """One place, whatever is rolled out there."""
    return "/".join((target.get("kind", LAMBDA_ALIAS), target["account"], target["region"], name_of(target)))


def target_of(rollout: Rollout, segment: RolloutSegment) -> Target:
    """The segment's target, with the traffic from before where that place has been looked at."""
    target = segment.place or rollout.target
    restore = rollout.restores.get(key_of(target))
    return {**target, "restore": restore} if restore is not None else dict(target)


def all_of(rollout: Rollout) -> dict[str, Target]:
    """Every place once, by its key, in the order in which the segments come to them."""
    targets = [rollout.target, *(segment.place for segment in rollout.segments.all() if segment.place)]
    return {key_of(target): dict(target) for target in targets}


def seen_from(rollout: Rollout, target: Target) -> Rollout:
    """The rollout as its judges see it while it is at one place: a copy that is never saved."""
    view = copy.copy(rollout)
    view.target = target
    return view
