"""Commands on hosts through AWS Systems Manager: send one, find one again, read what each host answered.

`role` is "rollout" for scripts that validate a release, "chaos" for faults on hosts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.aws import session
from portal.aws.errors import AwsError, aws_errors
from portal.aws.paging import pages

HOSTS_AT_ONCE = 50
"""Most hosts that one SendCommand names."""
LONGEST_COMMENT = 100
SHELL = "AWS-RunShellScript"
PENDING, SUCCESS, FAILED, TIMED_OUT = "pending", "success", "failed", "timed_out"
PURPOSES = {"rollout": "validate", "chaos": "fault"}
STATES = {"Success": SUCCESS, "Failed": FAILED, "Cancelled": FAILED, "TimedOut": TIMED_OUT}


@dataclass(frozen=True)
class Invocation:
    """One host's part in a command: `state` is pending, success, failed or timed_out; `said` is what AWS calls it."""

    host: str
    state: str
    said: str


@dataclass(frozen=True)
class Output:
    """What a host wrote and how it ended; times are aware UTC, None where AWS tells none."""

    code: int | None
    text: str
    started: datetime | None
    finished: datetime | None


def owner(account: str, region: str, document: str, *, role: str = "rollout") -> str:
    """Who owns an SSM document: an account id, or Amazon; "" where there is none. Raises AwsError."""
    try:
        with aws_errors("ssm:DescribeDocument", account, region):
            return str(_client(account, region, role).describe_document(Name=document)["Document"]["Owner"])
    except AwsError as error:
        if error.code == "InvalidDocument":
            return ""
        raise


def send(
    account: str, region: str, hosts: Sequence[str], document: str, parameters: Mapping[str, Sequence[str]], *,
    comment: str, timeout: int, role: str = "rollout",
) -> str:  # fmt: skip
    """Run a document on at most 50 hosts, once; the command's id. ``timeout`` is how many seconds a host has to begin.

    Raises AwsError; AwsUnavailable where it is not known whether the command was taken.
    """
    client = session.client(account, region, "ssm", role=role, purpose=PURPOSES[role], once=True)
    with aws_errors("ssm:SendCommand", account, region):
        reply = client.send_command(
            InstanceIds=list(hosts), DocumentName=document, Comment=comment[:LONGEST_COMMENT], TimeoutSeconds=timeout,
            Parameters={name: list(values) for name, values in parameters.items()},
        )  # fmt: skip
    return str(reply["Command"]["CommandId"])


def find(account: str, region: str, document: str, comment: str, since: datetime) -> str:
    """The id of the newest command with this comment that was sent after ``since``, or "". Raises AwsError."""
    return next(iter(sent(account, region, document, comment, since)), "")


def sent(
    account: str, region: str, document: str, comment: str, since: datetime, *, role: str = "rollout"
) -> list[str]:
    """The ids of the commands with this comment that were sent after ``since``, newest first. Raises AwsError."""
    stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    filters = [{"key": "DocumentName", "value": document}, {"key": "InvokedAfter", "value": stamp}]
    with aws_errors("ssm:ListCommands", account, region):
        rows = pages(_client(account, region, role), "list_commands", "Commands", Filters=filters)
        return [str(row["CommandId"]) for row in rows if row.get("Comment") == comment]


def online(account: str, region: str, hosts: Sequence[str], *, role: str = "rollout") -> set[str]:
    """Those of the hosts (at most 50) whose agent answers. Raises AwsError."""
    filters = [{"Key": "InstanceIds", "Values": list(hosts)}]
    with aws_errors("ssm:DescribeInstanceInformation", account, region):
        client = _client(account, region, role)
        rows = pages(client, "describe_instance_information", "InstanceInformationList", Filters=filters)
        return {str(row["InstanceId"]) for row in rows if row.get("PingStatus") == "Online"}


def invocations(account: str, region: str, command: str, *, role: str = "rollout") -> list[Invocation]:
    """How far each host is. Hosts that the command has not reached yet are absent. Raises AwsError."""
    with aws_errors("ssm:ListCommandInvocations", account, region):
        client = _client(account, region, role)
        rows = pages(client, "list_command_invocations", "CommandInvocations", CommandId=command)
        return [
            Invocation(row["InstanceId"], STATES.get(row["Status"], PENDING), row.get("StatusDetails") or row["Status"])
            for row in rows
        ]


def output(account: str, region: str, command: str, host: str) -> Output:
    """What a host answered to a command. Raises AwsError."""
    with aws_errors("ssm:GetCommandInvocation", account, region):
        row = _client(account, region).get_command_invocation(CommandId=command, InstanceId=host)
    text = "\n".join(part for part in (row.get("StandardOutputContent"), row.get("StandardErrorContent")) if part)
    code = row.get("ResponseCode")
    begun, ended = _moment(row.get("ExecutionStartDateTime")), _moment(row.get("ExecutionEndDateTime"))
    return Output(code if code is not None and code >= 0 else None, text, begun, ended)


def stop(account: str, region: str, command: str, *, role: str = "rollout") -> None:
    """Ask the hosts that have not ended to stop. Raises AwsError."""
    with aws_errors("ssm:CancelCommand", account, region):
        _client(account, region, role).cancel_command(CommandId=command)


def cancel(account: str, region: str, command: str) -> bool:
    """Ask the hosts that have not ended to stop; False where AWS would not."""
    try:
        stop(account, region, command)
    except AwsError:
        return False
    return True


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _client(account: str, region: str, role: str = "rollout") -> Any:
    return session.client(account, region, "ssm", role=role, purpose=PURPOSES[role])
