"""SSM commands whose hosts answer with time, and functions that answer by their environment, in the shapes of botocore."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.sandbox import functions
from portal.sandbox.server import Sandbox
from tests.sandbox.conftest import PLATFORM, Clients, Wall


def tell(sandbox: Sandbox, **body: Any) -> None:
    """What hosts answer from now on, over the sandbox's own page."""
    page = urllib.request.Request(f"{sandbox.url}/_sandbox/hosts", json.dumps(body).encode(), method="POST")
    urllib.request.urlopen(page, timeout=5).close()


@pytest.fixture
def hosts(client: Clients) -> list[str]:
    """Two running instances."""
    reply = client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2)
    return [one["InstanceId"] for one in reply["Instances"]]


def test_a_command_goes_from_in_progress_to_what_each_host_was_told(
    sandbox: Sandbox, client: Clients, wall: Wall, hosts: list[str]
) -> None:
    tell(sandbox, host=hosts[1], status="Failed", code=3, stderr="boom", after=10)
    ssm = client("ssm")
    command = ssm.send_command(InstanceIds=hosts, DocumentName="AWS-RunShellScript", Comment="mine", TimeoutSeconds=30)
    identifier = command["Command"]["CommandId"]
    assert command["Command"]["Status"] == "InProgress"
    wall.move(3)
    rows = ssm.list_command_invocations(CommandId=identifier)["CommandInvocations"]
    assert {row["InstanceId"]: row["Status"] for row in rows} == {hosts[0]: "Success", hosts[1]: "InProgress"}
    wall.move(8)
    said = ssm.get_command_invocation(CommandId=identifier, InstanceId=hosts[1])
    assert (said["Status"], said["ResponseCode"], said["StandardErrorContent"]) == ("Failed", 3, "boom")
    assert (
        ssm.list_commands(Filters=[{"key": "DocumentName", "value": "AWS-RunShellScript"}])["Commands"][0]["Status"]
        == "Failed"
    )


def test_a_silent_host_times_out_with_its_delivery_and_a_cancelled_command_stops(
    sandbox: Sandbox, client: Clients, wall: Wall, hosts: list[str]
) -> None:
    tell(sandbox, status="silent")
    ssm = client("ssm")
    first, second = (
        ssm.send_command(InstanceIds=[host], DocumentName="AWS-RunShellScript", TimeoutSeconds=30)["Command"][
            "CommandId"
        ]
        for host in hosts
    )
    ssm.cancel_command(CommandId=second)
    wall.move(31)
    assert ssm.get_command_invocation(CommandId=first, InstanceId=hosts[0])["Status"] == "TimedOut"
    assert ssm.get_command_invocation(CommandId=second, InstanceId=hosts[1])["Status"] == "Cancelled"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"InstanceIds": ["i-0123456789abcdef0"]}, "InvalidInstanceId"),
        ({"DocumentName": "nobody-knows"}, "InvalidDocument"),
        ({"InstanceIds": ["i-0123456789abcdef0"] * 2}, "DuplicateInstanceId"),
    ],
)
def test_what_aws_refuses_is_refused(client: Clients, hosts: list[str], change: dict[str, Any], code: str) -> None:
    call = {"InstanceIds": hosts, "DocumentName": "AWS-RunShellScript", "TimeoutSeconds": 30} | change
    with pytest.raises(ClientError) as caught:
        client("ssm").send_command(**call)
    assert caught.value.response["Error"]["Code"] == code


def test_commands_of_one_account_are_unknown_in_another(client: Clients, hosts: list[str]) -> None:
    command = client("ssm").send_command(InstanceIds=hosts, DocumentName="AWS-RunShellScript")["Command"]["CommandId"]
    with pytest.raises(ClientError, match="InvalidCommandId"):
        client("ssm", account=PLATFORM).get_command_invocation(CommandId=command, InstanceId=hosts[0])


def make(client: Clients, **variables: str) -> None:
    client("iam").create_role(RoleName="tester", AssumeRolePolicyDocument="{}")
    client("lambda").create_function(
        FunctionName="tester", Runtime="python3.13", Handler="a.b", Role="arn:aws:iam::111111111111:role/tester",
        Code={"ZipFile": b"1"}, Environment={"Variables": variables},
    )  # fmt: skip


def invoke(client: Clients, event: dict[str, Any]) -> Any:
    return client("lambda").invoke(FunctionName="tester", Payload=json.dumps(event).encode())


def test_a_function_says_what_its_environment_says_after_its_time(client: Clients, wall: Wall) -> None:
    make(client, ANSWER="passed", ANSWER_AFTER="30")
    assert json.load(invoke(client, {"id": "a"})["Payload"])["hookStatus"] == "IN_PROGRESS"
    wall.move(31)
    assert json.load(invoke(client, {"id": "a"})["Payload"])["status"] == "passed"
    assert json.load(invoke(client, {"id": "b"})["Payload"])["hookStatus"] == "IN_PROGRESS"


def test_a_function_can_fail_or_echo(client: Clients) -> None:
    make(client, ANSWER="error")
    assert invoke(client, {})["FunctionError"] == "Unhandled"
    client("lambda").update_function_configuration(FunctionName="tester", Environment={"Variables": {}})
    assert json.load(invoke(client, {"id": "a"})["Payload"]) == {"id": "a"}


def test_a_topic_calls_the_functions_that_subscribe_to_it(sandbox: Sandbox, client: Clients) -> None:
    make(client, ANSWER="silent")
    topic = client("sns").create_topic(Name="tests")["TopicArn"]
    client("sns").subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint="arn:aws:lambda:eu-west-1:111111111111:function:tester"
    )
    assert client("sns").publish(TopicArn=topic, Message='{"id": "a"}')["MessageId"]
    with sandbox.state.lock:
        assert functions.events(sandbox.state, "tester") == [{"id": "a"}]
    assert client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["Protocol"] == "lambda"


def test_an_answer_goes_only_to_loopback(sandbox: Sandbox, client: Clients) -> None:
    make(client, ANSWER="passed")
    event = {"id": "a", "callback": "http://portal.example/"}
    client("lambda").invoke(FunctionName="tester", InvocationType="Event", Payload=json.dumps(event).encode())
    assert functions.answer_due(sandbox.state) == 0
