"""CodeDeploy and CodePipeline move with time, stop when told, and roll back when an alarm rings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from portal.sandbox import rollout
from portal.sandbox.seed import seed_service
from portal.sandbox.server import Sandbox
from tests.sandbox.conftest import Clients, Wall

APPSPEC = {
    "version": 0.0,
    "Resources": [
        {
            "checkout": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Name": "checkout", "Alias": "live", "CurrentVersion": "41", "TargetVersion": "42"},
            }
        }
    ],
}


def deploy(client: Clients, **more: Any) -> str:
    """Deploy version 42 of checkout; returns the deployment id."""
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(APPSPEC)}}
    made = client("codedeploy").create_deployment(
        applicationName="checkout", deploymentGroupName="production", revision=revision, **more
    )
    return str(made["deploymentId"])


def info(client: Clients, deployment: str) -> dict[str, Any]:
    return dict(client("codedeploy").get_deployment(deploymentId=deployment)["deploymentInfo"])


def weights(client: Clients) -> tuple[str, dict[str, float]]:
    alias = client("lambda").get_alias(FunctionName="checkout", Name="live")
    return alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


@pytest.fixture
def checkout(sandbox: Sandbox, wall: Wall) -> Sandbox:
    seed_service(sandbox.url, "checkout")
    return sandbox


def test_a_canary_shifts_ten_percent_and_then_everything(checkout: Sandbox, wall: Wall, client: Clients) -> None:
    made = deploy(client)
    assert made.startswith("d-")
    wall.move(5)
    assert info(client, made)["status"] == "InProgress"
    assert weights(client) == ("41", {"42": 0.1})
    wall.move(60)
    assert info(client, made)["status"] == "Succeeded"
    assert info(client, made)["deploymentOverview"]["Succeeded"] == 1
    assert weights(client) == ("42", {})


def test_an_active_alarm_stops_the_shift_and_rolls_back(checkout: Sandbox, wall: Wall, client: Clients) -> None:
    made = deploy(client)
    wall.move(5)
    client("cloudwatch").set_alarm_state(AlarmName="checkout-errors", StateValue="ALARM", StateReason="Too many errors")
    failed = info(client, made)
    assert (failed["status"], failed["errorInformation"]["code"]) == ("Failed", "ALARM_ACTIVE")
    undone = info(client, failed["rollbackInfo"]["rollbackDeploymentId"])
    assert undone["creator"] == "codeDeployRollback"
    assert weights(client) == ("41", {})


def test_stopping_without_rollback_leaves_no_second_deployment(checkout: Sandbox, wall: Wall, client: Clients) -> None:
    made = deploy(client)
    wall.move(5)
    client("codedeploy").stop_deployment(deploymentId=made, autoRollbackEnabled=False)
    assert info(client, made)["errorInformation"]["code"] == "MANUAL_STOP"
    assert client("codedeploy").list_deployments(applicationName="checkout", deploymentGroupName="production")[
        "deployments"
    ] == [made]
    with pytest.raises(ClientError, match="DeploymentAlreadyCompletedException"):
        client("codedeploy").stop_deployment(deploymentId=made)


def test_a_busy_deployment_group_takes_no_second_deployment(checkout: Sandbox, wall: Wall, client: Clients) -> None:
    deploy(client)
    with pytest.raises(ClientError, match="DeploymentLimitExceededException"):
        deploy(client)


def test_an_alias_refuses_unknown_versions_wrong_weights_and_stale_revisions(
    checkout: Sandbox, client: Clients
) -> None:
    functions = client("lambda")
    alias = {"FunctionName": "checkout", "Name": "live"}
    stale = functions.get_alias(**alias)["RevisionId"]
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.update_alias(**alias, FunctionVersion="99")
    with pytest.raises(functions.exceptions.InvalidParameterValueException):
        functions.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {"42": 1.5}})
    fresh = functions.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {"42": 0.1}}, RevisionId=stale)[
        "RevisionId"
    ]
    assert fresh != stale
    with pytest.raises(functions.exceptions.PreconditionFailedException):
        functions.update_alias(**alias, RoutingConfig={}, RevisionId=stale)


@given(st.integers(1, 40), st.sampled_from(["HOST_COUNT", "FLEET_PERCENT"]), st.integers(0, 100))
def test_batches_cover_each_instance_once_and_never_take_more_than_allowed(count: int, kind: str, value: int) -> None:
    names = [f"i-{number}" for number in range(count)]
    taken = rollout.batches(names, {"type": kind, "value": value})
    assert [name for batch in taken for name in batch] == names
    keep = value if kind == "HOST_COUNT" else -(-count * value // 100)
    assert all(len(batch) <= max(1, count - keep) for batch in taken)


def test_batches_agree_with_the_user_guides_examples() -> None:
    nine = [str(number) for number in range(9)]
    assert len(rollout.batches(nine, {"type": "HOST_COUNT", "value": 6})[0]) == 3
    assert len(rollout.batches(nine, {"type": "FLEET_PERCENT", "value": 40})[0]) == 5


def stages(client: Clients) -> dict[str, dict[str, Any]]:
    found = client("codepipeline").get_pipeline_state(name="products")["stageStates"]
    return {stage["stageName"]: stage for stage in found}


def test_a_closed_transition_holds_the_execution_until_it_opens(sandbox: Sandbox, wall: Wall, client: Clients) -> None:
    seed_service(sandbox.url, "products")
    way = {"pipelineName": "products", "stageName": "Staging", "transitionType": "Inbound"}
    client("codepipeline").disable_stage_transition(**way, reason="A freeze.")
    wall.move(300)
    held = stages(client)["Staging"]
    assert held["inboundTransitionState"]["disabledReason"] == "A freeze."
    assert held["inboundExecution"]["status"] == "InProgress"
    client("codepipeline").enable_stage_transition(**way)
    wall.move(10)
    assert (
        stages(client)["Staging"]["latestExecution"]["pipelineExecutionId"]
        == held["inboundExecution"]["pipelineExecutionId"]
    )
    assert "inboundExecution" not in stages(client)["Staging"]


@pytest.mark.parametrize(("status", "end"), [("Approved", "Succeeded"), ("Rejected", "Failed")])
def test_an_approval_waits_for_its_token(sandbox: Sandbox, wall: Wall, client: Clients, status: str, end: str) -> None:
    seed_service(sandbox.url, "products")
    wall.move(300)
    token = stages(client)["Approval"]["actionStates"][0]["latestExecution"]["token"]
    answer = {
        "pipelineName": "products",
        "stageName": "Approval",
        "actionName": "Approve",
        "result": {"summary": "Read", "status": status},
    }
    with pytest.raises(ClientError, match="InvalidApprovalTokenException"):
        client("codepipeline").put_approval_result(**answer, token="0" * 36)
    client("codepipeline").put_approval_result(**answer, token=token)
    wall.move(30)
    newest = client("codepipeline").list_pipeline_executions(pipelineName="products", maxResults=1)[
        "pipelineExecutionSummaries"
    ][0]
    assert newest["status"] == end


def test_compliance_follows_what_is_configured(sandbox: Sandbox, client: Clients) -> None:
    seed_service(sandbox.url, "media")
    config, rule = client("config"), {"ConfigRuleName": "s3-public-access-blocked"}
    details = config.get_compliance_details_by_config_rule(**rule, ComplianceTypes=["NON_COMPLIANT"])[
        "EvaluationResults"
    ]
    bad = [one["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"] for one in details]
    assert bad == ["media-assets", "media-uploads-tmp"]
    keys = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    for bucket in bad:
        client("s3").put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(keys, True))
    verdict = config.describe_compliance_by_config_rule(ConfigRuleNames=["s3-public-access-blocked"])[
        "ComplianceByConfigRules"
    ]
    assert verdict[0]["Compliance"] == {"ComplianceType": "COMPLIANT"}


def test_a_closed_way_out_holds_the_execution_in_its_stage(sandbox: Sandbox, wall: Wall, client: Clients) -> None:
    seed_service(sandbox.url, "products")
    first, second = list(stages(client))[:2]
    wall.move(30)
    way = {"pipelineName": "products", "stageName": first, "transitionType": "Outbound"}
    client("codepipeline").disable_stage_transition(**way, reason="Wait for the others.")
    made = client("codepipeline").start_pipeline_execution(name="products")["pipelineExecutionId"]
    wall.move(300)
    assert stages(client)[first]["latestExecution"] == {
        "pipelineExecutionId": made,
        "status": "Succeeded",
        "type": "STANDARD",
    }
    assert stages(client)[second]["latestExecution"]["pipelineExecutionId"] != made
    client("codepipeline").enable_stage_transition(**way)
    wall.move(1)
    assert stages(client)[second]["latestExecution"]["pipelineExecutionId"] == made
