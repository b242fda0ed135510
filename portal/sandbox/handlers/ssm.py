"""SSM Run Command: commands whose hosts answer with time, each as it was told; moto says Success for all at once."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from portal.sandbox.backends import backend
from portal.sandbox.commands import (
    DOCUMENT_SHELL,
    FAULTS,
    SILENT,
    Command,
    answer_of,
    commands,
    lasting,
    moment,
    overall,
    refusal,
    status,
)
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

MOST_HOSTS, LEAST_TIMEOUT, LONGEST_TIMEOUT = 50, 30, 2_592_000
ENDED = ("Success", "Failed", "Cancelled", "TimedOut")


@handles("ssm", "DescribeDocument")
def describe_document(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's own documents; of Amazon's the shell document and those for network faults."""
    if params["Name"] in (DOCUMENT_SHELL, *FAULTS):
        known = {"Name": params["Name"], "Owner": "Amazon", "Status": "Active", "DocumentType": "Command"}
        return {"Document": {**known, "DocumentVersion": "1", "SchemaVersion": "1.2", "PlatformTypes": ["Linux"]}}
    return context.forward()


@handles("ssm", "SendCommand")
def send_command(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Start a command on instances that run; unknown documents and instances are refused as AWS refuses them."""
    hosts = list(params.get("InstanceIds") or [])
    timeout = int(params.get("TimeoutSeconds") or 3600)
    if len(hosts) > MOST_HOSTS or not LEAST_TIMEOUT <= timeout <= LONGEST_TIMEOUT:
        raise Refused("ValidationException", "1 validation error detected: InstanceIds or TimeoutSeconds out of range")
    if len(set(hosts)) != len(hosts):
        raise Refused("DuplicateInstanceId", "An instance is named twice.")
    if params["DocumentName"] in FAULTS:
        if wrong := refusal(params["DocumentName"], params.get("Parameters") or {}):
            raise Refused("InvalidParameters", wrong)
    elif params["DocumentName"] != DOCUMENT_SHELL:
        _document(params["DocumentName"], context)
    _running(hosts, context)
    command = Command(str(uuid.uuid4()), dict(params), hosts, state.wall())
    command.answers = {host: answer_of(state, host) for host in hosts}
    if params["DocumentName"] in FAULTS:
        lasting(command)
    commands(state, context.account, context.region)[command.id] = command
    return {"Command": _as_command(state, command)}


@handles("ssm", "DescribeInstanceInformation")
def describe_instance_information(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Every running instance has an agent; one that was told to stay silent has lost its connection."""
    wanted = {value for one in params.get("Filters") or [] if one["Key"] == "InstanceIds" for value in one["Values"]}
    instances = backend("ec2", context.account, context.region).all_instances()
    running = sorted(one.id for one in instances if one.state == "running")
    rows = [
        {
            "InstanceId": host, "AgentVersion": "3.3.0.0", "PlatformType": "Linux", "ResourceType": "EC2Instance",
            "PingStatus": "ConnectionLost" if answer_of(state, host).status == SILENT else "Online",
            "LastPingDateTime": moment(state.wall()), "IsLatestVersion": True,
        }
        for host in running
        if not wanted or host in wanted
    ]  # fmt: skip
    return {"InstanceInformationList": rows}


@handles("ssm", "ListCommands")
def list_commands(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Commands, newest first, by id, host, document or time."""
    found = [one for one in reversed(commands(state, context.account, context.region).values()) if _fits(one, params)]
    return {"Commands": [_as_command(state, one) for one in found]}


@handles("ssm", "ListCommandInvocations")
def list_command_invocations(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One invocation for each host of each command."""
    rows = [
        _as_invocation(state, one, host)
        for one in commands(state, context.account, context.region).values()
        if params.get("CommandId") in (None, one.id)
        for host in one.hosts
        if params.get("InstanceId") in (None, host)
    ]
    return {"CommandInvocations": rows}


@handles("ssm", "GetCommandInvocation")
def get_command_invocation(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """What one host answered; its output is there once it has ended."""
    command = _command(state, params["CommandId"], context)
    if params["InstanceId"] not in command.hosts:
        raise Refused("InvocationDoesNotExist", "The command was not sent to this instance.")
    host, answer = params["InstanceId"], command.answers[params["InstanceId"]]
    said = status(state, command, host)
    ended = said in ("Success", "Failed")
    return {
        "CommandId": command.id, "InstanceId": host, "Comment": command.params.get("Comment", ""),
        "DocumentName": command.params["DocumentName"], "DocumentVersion": "1", "PluginName": "aws:runShellScript",
        "ResponseCode": answer.code if ended else -1, "Status": said, "StatusDetails": said,
        "ExecutionStartDateTime": moment(command.sent).isoformat() if said != "Pending" else "",
        "ExecutionElapsedTime": f"PT{answer.after:g}S" if ended else "",
        "ExecutionEndDateTime": moment(command.sent + answer.after).isoformat() if ended else "",
        "StandardOutputContent": answer.stdout if ended else "", "StandardErrorContent": answer.stderr if ended else "",
    }  # fmt: skip


@handles("ssm", "CancelCommand")
def cancel_command(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Hosts that have not ended stop."""
    command = _command(state, params["CommandId"], context)
    command.cancelled = command.cancelled or state.wall()
    return {}


def _command(state: State, identifier: str, context: Context) -> Command:
    found = commands(state, context.account, context.region).get(identifier)
    if found is None:
        raise Refused("InvalidCommandId", f"There is no command {identifier}.")
    return found


def _document(name: str, context: Context) -> None:
    if name not in backend("ssm", context.account, context.region)._documents:
        raise Refused("InvalidDocument", f"Document with name {name} does not exist.")


def _running(hosts: list[str], context: Context) -> None:
    instances = backend("ec2", context.account, context.region)
    running = {one.id for one in instances.all_instances() if one.state == "running"}
    strangers = [host for host in hosts if not host.startswith("mi-") and host not in running]
    if strangers:
        raise Refused(
            "InvalidInstanceId", f"Instances {strangers} are not in a valid state for account {context.account}"
        )


def _fits(command: Command, params: dict[str, Any]) -> bool:
    if params.get("CommandId") not in (None, command.id) or params.get("InstanceId") not in (None, *command.hosts):
        return False
    filters = {one["key"]: one["value"] for one in params.get("Filters") or []}
    if filters.get("DocumentName", command.params["DocumentName"]) != command.params["DocumentName"]:
        return False
    after = filters.get("InvokedAfter", "")
    return not after or command.sent >= datetime.fromisoformat(after.replace("Z", "+00:00")).timestamp()


def _as_command(state: State, command: Command) -> dict[str, Any]:
    states = [status(state, command, host) for host in command.hosts]
    said = overall(states)
    timeout = int(command.params.get("TimeoutSeconds") or 3600)
    return {
        "CommandId": command.id, "DocumentName": command.params["DocumentName"], "DocumentVersion": "$DEFAULT",
        "Comment": command.params.get("Comment", ""), "Parameters": command.params.get("Parameters") or {},
        "InstanceIds": command.hosts, "Targets": [], "RequestedDateTime": moment(command.sent),
        "ExpiresAfter": moment(command.sent + timeout), "Status": said, "StatusDetails": said,
        "TargetCount": len(states), "CompletedCount": sum(one in ENDED for one in states),
        "ErrorCount": sum(one == "Failed" for one in states), "DeliveryTimedOutCount": sum(one == "TimedOut" for one in states),
        "TimeoutSeconds": timeout, "MaxConcurrency": "50", "MaxErrors": "0",
    }  # fmt: skip


def _as_invocation(state: State, command: Command, host: str) -> dict[str, Any]:
    said = status(state, command, host)
    return {
        "CommandId": command.id, "InstanceId": host, "InstanceName": "", "Comment": command.params.get("Comment", ""),
        "DocumentName": command.params["DocumentName"], "DocumentVersion": "$DEFAULT", "Status": said,
        "StatusDetails": said, "RequestedDateTime": moment(command.sent), "CommandPlugins": [],
        "StandardOutputUrl": "", "StandardErrorUrl": "", "ServiceRole": "",
    }  # fmt: skip
