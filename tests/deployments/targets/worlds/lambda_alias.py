"""A Lambda function with the versions 1 and 2 behind the alias `live`."""

from __future__ import annotations

import json
from typing import Any

from deployments.targets.contract import LAMBDA_ALIAS
from portal.sandbox.server import Sandbox

from .world import ACCOUNT, REGION, Clock, World, client


def build(sandbox: Sandbox, clock: Clock) -> World:
    """The alias serves 1."""
    functions = function()
    functions.create_alias(FunctionName="checkout", Name="live", FunctionVersion="1")
    target = {"kind": LAMBDA_ALIAS, "account": ACCOUNT, "region": REGION, "function": "checkout", "alias": "live"}
    return World(
        sandbox, clock, {**target, "canary": "2"}, "1", (("lambda", "UpdateAlias"),),
        meddle=lambda: functions.update_alias(FunctionName="checkout", Name="live", FunctionVersion="3"),
        facts={"aws.lambda": [{"name": "checkout", "arn": "arn", "account": ACCOUNT, "region": REGION}]},
    )  # fmt: skip


def function(name: str = "checkout", versions: int = 3) -> Any:
    """A function with so many published versions; answers the client."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    functions = client("lambda")
    code = {"FunctionName": name, "Runtime": "python3.13", "Handler": "a.b", "Role": role, "Publish": True}
    functions.create_function(Code={"ZipFile": b"1"}, **code)
    for number in range(2, versions + 1):
        functions.update_function_code(FunctionName=name, ZipFile=str(number).encode(), Publish=True)
    return functions
