"""Commands on hosts through AWS Systems Manager: send one, find one again, read what each host answered."""

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


def owner(account: str, region: str, document: str) -> str:
    """Who owns an SSM document: an account id, or Amazon; "" where there is none. Raises AwsError."""
    try:
        with aws_errors("ssm:DescribeDocument", account, region):
            return str(_client(account, region).describe_document(Name=document)["Document"]["Owner"])
    except AwsError as error:
        if error.code == "InvalidDocument":
            return ""
        raise


def send(
    account: str, region: str, hosts: Sequence[str], document: str, parameters: Mapping[str, Sequence[str]], *,
    comment: str, timeout: int,
) -> str:  # fmt: skip
    """Run a document on at most 50 hosts, once; the command's id. ``timeout`` is how many seconds a host has to begin.

    Raises AwsError; AwsUnavailable where it is not known whether the command was taken.
    """
    client = session.client(account, region, "ssm", role="rollout", purpose="validate", once=True)
    with aws_errors("ssm:SendCommand", account, region):
        reply = client.send_command(
            InstanceIds=list(hosts), DocumentName=document, Comment=comment[:LONGEST_COMMENT], TimeoutSeconds=timeout,
            Parameters={name: list(values) for name, values in parameters.items()},
        )  # fmt: skip
    return str(reply["Command"]["CommandId"])


def find(account: str, region: str, document: str, comment: str, since: datetime) -> str:
    """The id of the command with this comment that was sent after ``since``, or "". Raises AwsError."""
    stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    filters = [{"key": "DocumentName", "value": document}, {"key": "InvokedAfter", "value": stamp}]
    with aws_errors("ssm:ListCommands", account, region):
        for row in pages(_client(account, region), "list_commands", "Commands", Filters=filters):
            if row.get("Comment") == comment:
                return str(row["CommandId"])
    return ""


def invocations(account: str, region: str, command: str) -> list[Invocation]:
    """How far each host is. Hosts that the command has not reached yet are absent. Raises AwsError."""
    with aws_errors("ssm:ListCommandInvocations", account, region):
        rows = pages(_client(account, region), "list_command_invocations", "CommandInvocations", CommandId=command)
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


def cancel(account: str, region: str, command: str) -> bool:
    """Ask the hosts that have not ended to stop; False where AWS would not."""
    try:
        with aws_errors("ssm:CancelCommand", account, region):
            _client(account, region).cancel_command(CommandId=command)
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


def _client(account: str, region: str) -> Any:
    return session.client(account, region, "ssm", role="rollout", purpose="validate")
