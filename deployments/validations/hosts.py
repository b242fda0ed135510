"""Host validation: the hosts of the segment are healthy, and the test script passes on them."""

from __future__ import annotations

from deployments.engine.fleet import FAILED, HEALTHY, PASSED, WAITING, share_judged
from deployments.engine.plan.validation import TargetHealth
from deployments.models import Rollout, RolloutSegment
from deployments.targets.contract import of
from deployments.validations import asked, fleet, scripts
from deployments.validations.outcome import Outcome, failed, passed, waiting
from portal.changes.kinds import Target


def look(rollout: Rollout, segment: RolloutSegment, target: Target) -> Outcome:
    """Start what the plan asks for, or look how it stands. The script begins once the hosts are healthy enough.

    Raises AwsError where AWS cannot be asked.
    """
    wanted = asked.of(rollout, segment)
    if wanted.script is None and wanted.target_health is None:
        return passed("No host validation is asked for.")
    notes = []
    if wanted.target_health is not None:
        health = _healthy(rollout, segment, target, wanted.target_health)
        if health.state != PASSED:
            return health
        notes.append(health.note)
    if wanted.script is not None:
        ran = scripts.look(rollout, segment, target, wanted.script)
        if ran.state != PASSED:
            return ran
        notes.append(ran.note)
    return passed(" ".join(notes))


def _healthy(rollout: Rollout, segment: RolloutSegment, target: Target, wanted: TargetHealth) -> Outcome:
    row = fleet.see(rollout, segment, target)
    hosts = fleet.of_segment(row)
    in_time = fleet.within(row, wanted.timeout_seconds, asked.began(rollout, segment))
    if not hosts:
        words = f"AWS names no host of this {of(target).noun} that runs {target['canary']}"
        return waiting(f"{words} yet.") if in_time else failed(f"{words}: there is nothing to validate.")
    sound = sum(host["health"] == HEALTHY for host in hosts)
    coming = len(hosts) - sound if in_time else 0
    state, needed = share_judged(wanted.share, sound, len(hosts) - sound - coming, coming)
    words = f"{sound} of {len(hosts)} hosts healthy"
    if sound >= needed:
        return passed(f"{words}.")
    if state == WAITING:
        return waiting(f"{words}, {needed} are needed.")
    return Outcome(FAILED, f"{words}, {needed} are needed{_who(hosts)}.")


def _who(hosts: list[dict[str, str]]) -> str:
    """The first hosts that are not healthy, with what AWS says of them."""
    ill = [host for host in hosts if host["health"] != HEALTHY][:3]
    return ": " + ", ".join(f"{host['id']} in {host['zone']} is {host['health']}" for host in ill) if ill else ""
