"""Calling a Lambda function, once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors

MOST_OF_A_REPLY = 65_536


@dataclass(frozen=True)
class Invocation:
    """What came back: ``body`` is the function's answer as text ("" for an event), ``error`` the kind of its failure."""

    request_id: str
    body: str = ""
    error: str = ""


def invoke(
    account: str, region: str, function: str, payload: Mapping[str, Any], *, event: bool, qualifier: str = ""
) -> Invocation:
    """Call a function by name or ARN, waiting for its answer (10 s at most), or with ``event`` only for its acceptance.

    Raises AwsError; AwsUnavailable where it is not known whether the function runs.
    """
    client = session.client(account, region, "lambda", role="rollout", purpose="test", once=True)
    which: dict[str, str] = {"Qualifier": qualifier} if qualifier else {}
    with aws_errors("lambda:InvokeFunction", account, region):
        reply = client.invoke(
            FunctionName=function, InvocationType="Event" if event else "RequestResponse",
            Payload=json.dumps(payload).encode(), **which,
        )  # fmt: skip
        body = b"" if event else reply["Payload"].read(MOST_OF_A_REPLY)
    request_id = str(reply["ResponseMetadata"].get("RequestId", ""))
    return Invocation(request_id, body.decode("utf-8", "replace"), str(reply.get("FunctionError") or ""))
