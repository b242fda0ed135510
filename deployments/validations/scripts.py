"""The test script on the hosts of a segment: what runs, on which hosts, and how many have passed."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from deployments.engine.fleet import FAILED, PASSED, share_judged
from deployments.engine.plan.validation import HostScript as Wanted
from deployments.models import HostCheck, HostCommand, HostScript, Rollout, RolloutSegment
from deployments.models import validation as states
from deployments.rollouts.claim import WORKER, log
from deployments.targets.contract import of
from deployments.validations import commands, fleet
from deployments.validations.outcome import Outcome, failed, passed, waiting
from portal.access import audit
from portal.aws import ssm
from portal.changes.kinds import Target

REACHABLE = re.compile(r"m?i-[0-9a-f]{8,17}")


def look(rollout: Rollout, segment: RolloutSegment, target: Target, wanted: Wanted) -> Outcome:
    """Send the script to the hosts that have not got it, then see how it stands. Raises AwsError."""
    registered = HostScript.objects.filter(name=wanted.name, kind=_kind(wanted)).first()
    if registered is None:
        return failed(f"No {_kind(wanted)} {wanted.name!r} may be run on hosts: an admin has to register it first.")
    mine = {"segment": segment, "attempt": segment.attempt}
    if not HostCommand.objects.filter(**mine).exists():
        trouble = _plan(rollout, segment, target, wanted)
        if trouble:
            return failed(trouble)
    for command in HostCommand.objects.filter(**mine).exclude(state=states.FAILED):
        commands.advance(command, registered, wanted)
    return _judged(rollout, segment, wanted)


def _kind(wanted: Wanted) -> str:
    return states.DOCUMENT if wanted.document else states.SCRIPT


def _plan(rollout: Rollout, segment: RolloutSegment, target: Target, wanted: Wanted) -> str:
    """Commit one command for every fifty hosts, with a row for each host. Why it cannot be, or ""."""
    hosts = fleet.of_segment(fleet.see(rollout, segment, target))
    if not hosts:
        return (
            f"AWS names no host of this {of(target).noun} to run {wanted.name} on: take validation.ssm out of the plan."
        )
    strangers = [host["id"] for host in hosts if not REACHABLE.fullmatch(host["id"])]
    if strangers:
        return f"SSM reaches instances, and {strangers[0]} is none: test this {of(target).noun} with a post-deployment test."
    document, now = wanted.document or ssm.SHELL, timezone.now()
    if wanted.document and (owner := ssm.owner(target["account"], target["region"], document)) != target["account"]:
        return f"The document {document} is not of account {target['account']} ({owner or 'there is none'})."
    of_segment = {"rollout": rollout, "segment": segment, "attempt": segment.attempt}
    with transaction.atomic():
        for batch, first in enumerate(range(0, len(hosts), ssm.HOSTS_AT_ONCE)):
            command = HostCommand.objects.create(
                **of_segment, batch=batch, account=target["account"], region=target["region"], document=document,
                mark=f"colonnade rollout {rollout.pk} {secrets.token_hex(12)}",
                deadline_at=now + timedelta(seconds=wanted.timeout_seconds),
            )  # fmt: skip
            HostCheck.objects.bulk_create(
                HostCheck(**of_segment, command=command, host=host["id"], zone=host["zone"])
                for host in hosts[first : first + ssm.HOSTS_AT_ONCE]
            )
        detail = {"segment": segment.name, "hosts": len(hosts), "parameters": dict(wanted.parameters)}
        audit.record(WORKER, "hosts.test", f"rollout:{rollout.pk}", severity="high", script=wanted.name, **detail)
    log(rollout, f"{segment.name}: {wanted.name} starts on {len(hosts)} hosts")
    return ""


def _judged(rollout: Rollout, segment: RolloutSegment, wanted: Wanted) -> Outcome:
    checks = list(HostCheck.objects.filter(segment=segment, attempt=segment.attempt).select_related("command"))
    count = Counter(check.state for check in checks)
    lost = count[states.FAILED] + count[states.TIMED_OUT]
    state, needed = share_judged(wanted.share, count[states.PASSED], lost, count[states.WAITING])
    words = f"{wanted.name} passed on {count[states.PASSED]} of {len(checks)} hosts"
    if state == PASSED:
        log(rollout, f"{segment.name}: {words}")
        return passed(f"{words}.")
    if state == FAILED:
        return failed(f"{words}, {needed} are needed{_why(checks)}.")
    return waiting(f"{words}, {count[states.WAITING]} have not answered.")


def _why(checks: list[HostCheck]) -> str:
    bad = [check for check in checks if check.state in (states.FAILED, states.TIMED_OUT)]
    if not bad:
        return ""
    note = bad[0].command.note
    how = "never answered" if bad[0].state == states.TIMED_OUT else note or f"failed with code {bad[0].code}"
    return f": {bad[0].host} {how}"
