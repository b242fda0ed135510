"""The sandbox refuses what it is told to refuse, in the protocol of the service, and nothing else."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.sandbox.server import Sandbox
from tests.sandbox.conftest import PLATFORM, Clients


def refuse(sandbox: Sandbox, **body: Any) -> None:
    request = urllib.request.Request(
        f"{sandbox.url}/_sandbox/refuse", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=5).close()


@pytest.mark.parametrize(
    ("service", "operation", "call"),
    [
        ("lambda", "ListFunctions", "list_functions"),  # rest-json
        ("dynamodb", "ListTables", "list_tables"),  # json
        ("rds", "DescribeDBInstances", "describe_db_instances"),  # query
        ("ec2", "DescribeInstances", "describe_instances"),  # ec2
        ("s3", "ListBuckets", "list_buckets"),  # rest-xml
    ],
)
def test_a_refusal_speaks_the_protocol_of_its_service(
    sandbox: Sandbox, client: Clients, service: str, operation: str, call: str
) -> None:
    refuse(sandbox, service=service, operation=operation, account="111111111111")
    with pytest.raises(ClientError) as caught:
        getattr(client(service), call)()
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert f"not authorized to perform: {service}:{operation}" in caught.value.response["Error"]["Message"]
    getattr(client(service, account=PLATFORM), call)()
    refuse(sandbox, service=service, operation=operation, account="111111111111", code="")
    getattr(client(service), call)()


def test_a_whole_service_can_be_throttled(sandbox: Sandbox, client: Clients) -> None:
    refuse(sandbox, service="sqs", code="ThrottlingException")
    with pytest.raises(ClientError, match="Rate exceeded"):
        client("sqs").list_queues()
    client("sns").list_topics()
