"""Requests find their handler, moto, or a typed refusal; accounts never see each other."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from portal.sandbox.registry import HANDLERS, handles
from portal.sandbox.server import PortInUse, Sandbox
from tests.sandbox.conftest import PLATFORM, PRODUCTION, Clients


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("codedeploy", "list_git_hub_account_token_names", "UnknownOperationException", 400),
        ("synthetics", "list_groups", "UnknownOperationException", 400),
        ("compute-optimizer", "get_enrollment_status", "UnknownOperationException", 400),
        ("ec2", "describe_reserved_instances", "InvalidAction", 400),
        ("rds", "describe_certificates", "InvalidAction", 400),
    ],
)
def test_what_the_sandbox_cannot_do_is_refused_as_aws_refuses(
    client: Clients, service: str, operation: str, code: str, status: int
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(client(service), operation)()
    error = refused.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert f"The sandbox does not support {service}:" in error["Error"]["Message"]


def test_a_handlers_refusal_reaches_boto3_as_its_typed_exception(client: Clients) -> None:
    deploy = client("codedeploy")
    with pytest.raises(deploy.exceptions.DeploymentDoesNotExistException):
        deploy.list_deployment_targets(deploymentId="d-UNKNOWN00")
    functions = client("lambda")
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.update_alias(FunctionName="missing", Name="live")


def test_a_bug_in_moto_is_a_typed_error_and_no_html_page(client: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> dict[str, Any]:
        raise ZeroDivisionError("broken")

    monkeypatch.setitem(HANDLERS, ("codedeploy", "ListDeploymentConfigs"), broken)
    with pytest.raises(ClientError) as failed:
        client("codedeploy").list_deployment_configs()
    assert failed.value.response["Error"] == {"Code": "InternalFailure", "Message": "ZeroDivisionError: broken"}


def test_two_handlers_for_one_operation_are_an_error_that_names_both() -> None:
    with pytest.raises(
        RuntimeError, match=r"codedeploy.GetDeployment is handled by portal\.sandbox\.handlers\.codedeploy and"
    ):
        handles("codedeploy", "GetDeployment")(lambda state, params, context: {})


def test_operations_without_a_handler_go_on_to_moto(client: Clients) -> None:
    s3 = client("s3", "us-east-1")
    s3.create_bucket(Bucket="some-documents")
    s3.put_object(Bucket="some-documents", Key="a", Body=b"text" * 5000)
    assert len(s3.get_object(Bucket="some-documents", Key="a")["Body"].read()) == 20_000
    assert client("sqs").create_queue(QueueName="jobs")["QueueUrl"].endswith(f"/{PRODUCTION}/jobs")


def test_accounts_and_regions_are_separate(client: Clients) -> None:
    for account in (PRODUCTION, PLATFORM):
        client("cloudwatch", "eu-west-1", account).put_metric_data(
            Namespace=account, MetricData=[{"MetricName": "A", "Value": 1}]
        )
    client("dynamodb", "eu-west-1", PLATFORM).create_table(
        TableName="only-here",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    listed = client("cloudwatch", "eu-west-1", PRODUCTION).list_metrics()["Metrics"]
    assert {metric["Namespace"] for metric in listed} == {PRODUCTION}
    assert client("cloudwatch", "us-east-1", PRODUCTION).list_metrics()["Metrics"] == []
    assert client("dynamodb", "eu-west-1", PLATFORM).list_tables()["TableNames"] == ["only-here"]
    assert client("dynamodb", "eu-west-1", PRODUCTION).list_tables()["TableNames"] == []


def test_an_assumed_role_acts_in_the_roles_account(sandbox: Sandbox, client: Clients) -> None:
    role = f"arn:aws:iam::{PLATFORM}:role/colonnade-read"
    keys = client("sts").assume_role(RoleArn=role, RoleSessionName="discovery", ExternalId="colonnade")["Credentials"]
    metrics = boto3.client(
        "cloudwatch",
        region_name="eu-west-1",
        endpoint_url=sandbox.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    metrics.put_metric_data(Namespace="Taken", MetricData=[{"MetricName": "A", "Value": 1}])
    assert [
        metric["Namespace"] for metric in client("cloudwatch", "eu-west-1", PLATFORM).list_metrics()["Metrics"]
    ] == ["Taken"]


def test_the_status_page_tells_how_far_the_seeding_is(sandbox: Sandbox) -> None:
    sandbox.state.progress.report(3, 26, "Loading refunds")
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/status", timeout=5) as page:
        assert json.load(page) == {"seeded": 3, "total": 26, "ready": False, "text": "Loading refunds"}
    sandbox.state.progress.fail("Seeding stopped.")
    sandbox.state.progress.seeded = 26
    assert not sandbox.state.progress.ready


@pytest.mark.parametrize(
    ("path", "body", "status"), [("/_sandbox/other", b"{}", 404), ("/_sandbox/finish", b"{}", 400)]
)
def test_the_sandboxs_own_pages_refuse_what_they_do_not_know(
    sandbox: Sandbox, path: str, body: bytes, status: int
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(sandbox.url + path, data=body), timeout=5)
    assert refused.value.code == status


def test_a_port_in_use_is_said_in_one_sentence_with_a_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortInUse, match=r"^Port \d+ on 127\.0\.0\.1 is not free: .+ --port\.$"):
            Sandbox(taken.getsockname()[1])


@pytest.mark.service
def test_the_process_ends_soon_after_sigterm() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.sandbox", "--port", str(port), "--clock"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline().strip() == f"sandbox: The sandbox listens on http://127.0.0.1:{port}"
        process.terminate()
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.communicate()
