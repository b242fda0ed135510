"""Every call of SSM commands, and of functions that answer by their environment, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.sandbox.conftest import Wall


def walk(ask: Callable[..., dict[str, Any]], wall: Wall, hosts: list[str]) -> None:
    """`hosts` are running instances of us-east-1."""
    assert ask("ssm", "DescribeDocument", Name="AWS-RunShellScript")["Document"]["Owner"] == "Amazon"
    sent = ask("ssm", "SendCommand", InstanceIds=hosts, DocumentName="AWS-RunShellScript", Comment="mine")["Command"]
    command = {"CommandId": sent["CommandId"]}
    ask("ssm", "GetCommandInvocation", **command, InstanceId=hosts[0])
    wall.move(5)
    assert ask("ssm", "ListCommands", **command)["Commands"][0]["Status"] == "Success"
    assert len(ask("ssm", "ListCommandInvocations", **command)["CommandInvocations"]) == len(hosts)
    assert ask("ssm", "GetCommandInvocation", **command, InstanceId=hosts[0])["ResponseCode"] == 0
    ask("ssm", "CancelCommand", **command)
    known = ask("ssm", "DescribeInstanceInformation", Filters=[{"Key": "InstanceIds", "Values": hosts[:1]}])
    assert [row["PingStatus"] for row in known["InstanceInformationList"]] == ["Online"]


def functions(ask: Callable[..., dict[str, Any]], topic: str) -> None:
    """Calls of a function and a message; the topic is one of eu-west-1."""
    for kind in ("RequestResponse", "Event"):
        ask("lambda", "Invoke", "eu-west-1", FunctionName="checkout", InvocationType=kind, Payload=b'{"id": "a"}')
    ask("sns", "Publish", "eu-west-1", TopicArn=topic, Message=json.dumps({"id": "a"}))
