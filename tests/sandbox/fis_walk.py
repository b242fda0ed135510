"""Every call of AWS FIS that the sandbox answers itself, once, for the test of shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.conftest import Clients, Wall

WAIT = {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}


def walk(ask: Callable[..., dict[str, Any]], client: Clients, wall: Wall) -> None:
    """Templates, experiments, the catalogue and the safety lever, in us-east-1."""
    role, account = "arn:aws:iam::111111111111:role/fis", "222222222222"
    made = ask(
        "fis", "CreateExperimentTemplate", clientToken="a", description="a", roleArn=role,
        stopConditions=[{"source": "none"}], actions={"wait": WAIT}, tags={"colonnade": "allowed"},
    )["experimentTemplate"]  # fmt: skip
    of = made["id"]
    ask("fis", "UpdateExperimentTemplate", id=of, actions={"wait": WAIT}, description="b")
    client("fis", "us-east-1").create_target_account_configuration(
        experimentTemplateId=of, accountId=account, roleArn=role
    )
    one = ask("fis", "StartExperiment", clientToken="b", experimentTemplateId=of, tags={"a": "b"})["experiment"]["id"]
    wall.move(5)
    assert ask("fis", "GetExperiment", id=one)["experiment"]["actions"]["wait"]["state"]["status"] == "running"
    assert ask("fis", "ListExperiments", experimentTemplateId=of)["experiments"][0]["tags"] == {"a": "b"}
    assert ask("fis", "ListExperimentResolvedTargets", experimentId=one)["resolvedTargets"] == []
    assert ask("fis", "ListExperimentTargetAccountConfigurations", experimentId=one)["targetAccountConfigurations"]
    ask("fis", "GetExperimentTargetAccountConfiguration", experimentId=one, accountId=account)
    ask("fis", "StopExperiment", id=one)
    assert ask("fis", "ListActions", maxResults=5)["nextToken"]
    ask("fis", "GetAction", id="aws:ec2:stop-instances")
    assert ask("fis", "ListTargetResourceTypes")["targetResourceTypes"]
    ask("fis", "GetTargetResourceType", resourceType="aws:ec2:instance")
    ask("fis", "GetSafetyLever", id="default")
    ask("fis", "UpdateSafetyLeverState", id="default", state={"status": "engaged", "reason": "test"})
