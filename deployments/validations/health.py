"""The floor of healthy hosts, by fleet and by zone: below it the segment must not stay."""

from __future__ import annotations

from deployments.engine.fleet import judge, standings
from deployments.models import Rollout, RolloutSegment
from deployments.targets.contract import of
from deployments.validations import asked, fleet
from deployments.validations.outcome import Outcome, failed, passed
from portal.changes.kinds import Target


def look(rollout: Rollout, segment: RolloutSegment, target: Target) -> Outcome:
    """Whether enough hosts are healthy now. Unknown health is not healthy; hosts that start have the plan's grace.

    Raises AwsError where AWS does not tell.
    """
    wanted = asked.of(rollout, segment).minimum_healthy
    if wanted is None:
        return passed("No minimum of healthy hosts is asked for.")
    row = fleet.see(rollout, segment, target)
    if not row.hosts and not row.sizes:
        noun = of(target).noun
        return failed(f"AWS names no host of this {noun}: take minimum_healthy out of the plan, or look for its hosts.")
    hosts = [(host["zone"], host["health"]) for host in row.hosts]
    grace = fleet.within(row, wanted.grace_seconds, asked.began(rollout, segment))
    state, note = judge(standings(hosts, row.sizes, wanted.fleet, wanted.zone), grace=grace)
    fleet.judged(row, state, note)
    return Outcome(state, note)
