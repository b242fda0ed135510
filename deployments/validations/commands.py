"""One SSM command: sent exactly once, found again when its id was lost, read host by host, given up after its time.

The row is committed before SSM is asked. A worker that dies before it could note the command's id leaves a command that
carries the row's mark as its comment, and so is found again: no host runs the script twice for one attempt.
"""

from __future__ import annotations

import shlex
from datetime import timedelta

from django.utils import timezone

from deployments.engine.hooks import tail
from deployments.engine.plan.validation import HostScript as Wanted
from deployments.models import HostCheck, HostCommand, HostScript
from deployments.models import validation as states
from portal.aws import ssm
from portal.aws.errors import AwsDenied, AwsError, AwsThrottled, AwsUnavailable

CLOCKS_DIFFER = timedelta(minutes=5)
LEAST_DELIVERY = 30
OF_AWS = {ssm.SUCCESS: states.PASSED, ssm.FAILED: states.FAILED, ssm.TIMED_OUT: states.TIMED_OUT}


def advance(command: HostCommand, script: HostScript, wanted: Wanted) -> None:
    """Send it, or read what its hosts have answered since. Raises AwsError where that has to be tried again."""
    if not command.checks.filter(state=states.WAITING).exists():
        return
    try:
        if command.state == states.STARTING:
            _start(command, script, wanted)
        if command.state == states.STARTED:
            _read(command)
    finally:
        if timezone.now() >= command.deadline_at:
            _give_up(command)


def _start(command: HostCommand, script: HostScript, wanted: Wanted) -> None:
    where = (command.account, command.region)
    if command.tried_at is not None:
        # A worker was lost after this moment: the command may be there already.
        known = ssm.find(*where, command.document, command.mark, command.tried_at - CLOCKS_DIFFER)
        if known:
            _started(command, known)
            return
    if timezone.now() >= command.deadline_at or not _claim(command):
        return
    hosts = list(command.checks.values_list("host", flat=True))
    try:
        identifier = ssm.send(
            *where, hosts, command.document, _parameters(script, wanted),
            comment=command.mark, timeout=max(LEAST_DELIVERY, wanted.timeout_seconds),
        )  # fmt: skip
    except AwsThrottled:
        HostCommand.objects.filter(pk=command.pk).update(tried_at=None)  # AWS said that it was not taken
        raise
    except AwsUnavailable:
        raise  # it may have been taken: `tried_at` stays, and the next look searches for it
    except AwsError as error:
        _refused(command, error)
        return
    _started(command, identifier)


def _claim(command: HostCommand) -> bool:
    """Note that AWS is about to be called; False where another worker was first."""
    now = timezone.now()
    mine = HostCommand.objects.filter(pk=command.pk, state=states.STARTING, tried_at=command.tried_at)
    command.tried_at = now
    return bool(mine.update(tried_at=now))


def _started(command: HostCommand, identifier: str) -> None:
    command.state, command.command_id = states.STARTED, identifier
    command.save(update_fields=["state", "command_id"])
    command.checks.filter(started_at=None).update(started_at=timezone.now())


def _refused(command: HostCommand, error: AwsError) -> None:
    """AWS will not run it, now or later: the hosts have failed, and the note says why."""
    command.state = states.FAILED
    command.note = (str(error) if isinstance(error, AwsDenied) else f"was refused: {error.message} ({error.code})")[
        :500
    ]
    command.save(update_fields=["state", "note"])
    command.checks.filter(state=states.WAITING).update(state=states.FAILED, finished_at=timezone.now())


def _parameters(script: HostScript, wanted: Wanted) -> dict[str, list[str]]:
    """A document gets its parameters by name; a script gets them as quoted variables, never as a part of its text."""
    if wanted.document:
        return {name: [value] for name, value in wanted.parameters.items()}
    variables = [f"export {name}={shlex.quote(value)}" for name, value in wanted.parameters.items()]
    return {"commands": [*variables, *script.body.splitlines()], "executionTimeout": [str(wanted.timeout_seconds)]}


def _read(command: HostCommand) -> None:
    pending = {check.host: check for check in command.checks.filter(state=states.WAITING)}
    for seen in ssm.invocations(command.account, command.region, command.command_id):
        if seen.host in pending and seen.state != ssm.PENDING:
            _ended(command, pending[seen.host], OF_AWS[seen.state])


def _ended(command: HostCommand, check: HostCheck, state: str) -> None:
    said = ssm.output(command.account, command.region, command.command_id, check.host)
    check.state, check.code, check.output = state, said.code, tail(said.text)
    check.started_at = said.started or check.started_at
    check.finished_at = said.finished or timezone.now()
    check.save(update_fields=["state", "code", "output", "started_at", "finished_at"])


def _give_up(command: HostCommand) -> None:
    """By our clock: whoever has not answered by now has failed. What still runs is asked to stop."""
    late = command.checks.filter(state=states.WAITING)
    if late.update(state=states.TIMED_OUT, finished_at=timezone.now()) and command.command_id:
        ssm.cancel(command.account, command.region, command.command_id)
