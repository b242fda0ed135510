"""FIS templates, in the API's shape and in CloudFormation's: mapping, order and warnings."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from chaos.formats import reading

from .conftest import read, said

pytestmark = pytest.mark.usefixtures("stand_ins")
GOOD: dict[str, Any] = {
    "id": "EXT123",
    "description": "Fail the orders cluster over",
    "targets": {
        "orders": {
            "resourceType": "aws:rds:cluster",
            "resourceArns": ["arn:aws:rds:us-east-1:111111111111:cluster:orders"],
            "resourceTags": {"service": "orders"},
            "selectionMode": "COUNT(1)",
        }
    },
    "actions": {
        "fail-over": {"actionId": "aws:rds:failover-db-cluster", "targets": {"Clusters": "orders"}, "startAfter": ["settle"]},
        "settle": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT2M"}},
    },
    "stopConditions": [{"source": "aws:cloudwatch:alarm", "value": "arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors"}],
    "roleArn": "arn:aws:iam::111111111111:role/fis",
}  # fmt: skip
FORMATION = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Role:
    Type: AWS::IAM::Role
  Experiment:
    Type: AWS::FIS::ExperimentTemplate
    Properties:
      Description: !Sub "Terminate hosts of ${AWS::StackName}"
      RoleArn: !GetAtt Role.Arn
      StopConditions:
        - Source: none
      Targets:
        hosts:
          ResourceType: aws:ec2:instance
          ResourceTags: {service: search-api}
          SelectionMode: PERCENT(30)
          Filters:
            - Path: Placement.AvailabilityZone
              Values: [us-east-1a]
      Actions:
        terminate:
          ActionId: aws:ec2:terminate-instances
          Targets: {Instances: hosts}
"""


def changed(**parts: Any) -> dict[str, Any]:
    """The good template with some parts replaced."""
    return {**copy.deepcopy(GOOD), **parts}


def test_a_good_template_becomes_our_faults_in_the_order_of_its_actions() -> None:
    found = read(GOOD)
    assert said(found) == {}
    assert found.counts() == {"activities": 2, "mapped": 2, "refused": 0, "warnings": 0}
    assert found.draft["method"] == [
        {"type": "pause", "name": "settle", "seconds": 120},
        {
            "type": "fault",
            "name": "fail-over",
            "fault": "aurora-failover",
            "arguments": {"account": "111111111111", "region": "us-east-1", "cluster": "orders"},
        },
    ]
    assert found.to_complete == ["hypothesis.probes"]


def test_the_answer_of_the_api_is_read_as_the_template_alone() -> None:
    assert read({"experimentTemplate": GOOD}).draft == read(GOOD).draft


def test_cloudformation_is_read_with_its_own_lines_and_its_functions_are_not_worked_out() -> None:
    found = reading.read(FORMATION.encode())
    assert found.format == "fis"
    (step,) = found.draft["method"]
    assert (step["fault"], step["arguments"]) == ("instance-termination", {"percent": "30"})
    warnings = {finding.line: finding.sentence for finding in found.findings}
    assert "No stop condition" in warnings[11]
    assert "takes no such argument" in warnings[14]
    assert found.draft["title"] == "Imported FIS template"


@pytest.mark.parametrize(
    ("parts", "path", "words"),
    [
        ({"stopConditions": [{"source": "none"}]}, "stopConditions", "No stop condition"),
        ({"stopConditions": []}, "stopConditions", "No stop condition"),
        ({"roleArn": ""}, "roleArn", "role is missing"),
        ({"roleArn": "arn:aws:iam::<YOUR ACCOUNT>:role/x"}, "roleArn", "placeholder"),
        ({"targets": {}}, "targets", "No targets"),
        ({"targets": {"orders": {**GOOD["targets"]["orders"], "selectionMode": "ALL"}}}, "targets.orders", "selects ALL"),
        ({"targets": {"orders": {"resourceType": "aws:rds:cluster", "selectionMode": "COUNT(1)"}}}, "targets.orders", "Neither tags nor ARNs"),
        ({"targets": {"orders": {**GOOD["targets"]["orders"], "resourceTags": {}}}}, "targets.orders", "No filter by tags"),
        ({"experimentOptions": {"accountTargeting": "multi-account"}}, "experimentOptions", "several accounts"),
        ({"actions": {**GOOD["actions"], "slow": {"actionId": "aws:rds:failover-db-cluster", "parameters": {"duration": "PT2H"}}}}, "actions.slow.parameters.duration", "7200 s"),
    ],
)  # fmt: skip
def test_what_a_template_lacks_is_warned_about(parts: dict[str, Any], path: str, words: str) -> None:
    assert any(words in sentence for sentence in said(read(changed(**parts)), "warning")[path])


def test_an_action_that_only_fis_has_starts_the_whole_template_and_nothing_beside_it() -> None:
    actions = {
        **GOOD["actions"],
        "pause-io": {"actionId": "aws:ebs:pause-volume-io", "parameters": {"duration": "PT5M"}},
    }
    found = read(changed(actions=actions))
    assert found.draft["method"] == [
        {
            "type": "fault",
            "name": "Start the FIS template",
            "fault": "fis-template",
            "arguments": {"template": "EXT123"},
        }
    ]
    assert found.mapped == 3
    assert "done by FIS" in said(found, "warning")["actions.pause-io"][0]
    assert "fail-over fails clusters over" in said(found, "warning")["actions"][-1]


def test_a_cut_towards_one_service_is_not_taken_for_the_loss_of_a_zone() -> None:
    cut = {"actionId": "aws:network:disrupt-connectivity", "parameters": {"duration": "PT5M", "scope": "dynamodb"}}
    assert read(changed(actions={"cut": cut})).draft["method"][0]["fault"] == "fis-template"
    cut["parameters"] = {"duration": "PT5M", "scope": "all"}
    assert read(changed(actions={"cut": cut})).draft["method"][0]["fault"] == "zone-network-cut"


@pytest.mark.parametrize(
    ("actions", "level", "path", "words"),
    [
        ({"a": {"actionId": "aws:fis:wait", "startAfter": ["a"]}}, "broken", "actions", "wait for one another"),
        ({"a": {"actionId": "aws:fis:wait", "startAfter": ["b"]}}, "refused", "actions.a.startAfter", "no action 'b'"),
        ({"a": {"actionId": "aws:fis:wait", "parameters": {"duration": "P1D"}}}, "refused", "actions.a", "1 to 3600"),
        ({"a": {"actionId": 7}}, "refused", "actions.a", "needs its actionId"),
        ({"a": {"actionId": "aws:cloudwatch:assert-alarm-state"}}, "refused", "actions.a", "into the hypothesis"),
        ({"a": {"actionId": "aws:ec2:terminate-instances", "targets": {"Instances": "x"}}}, "refused", "actions.a.targets.Instances", "no target 'x'"),
        ({"a": 7, "b": {"actionId": "aws:fis:wait"}}, "broken", "actions.a", "must be an object"),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_reported(actions: Any, level: str, path: str, words: str) -> None:
    assert any(words in sentence for sentence in said(read(changed(actions=actions)), level)[path])


@pytest.mark.parametrize("wrong", [None, 7, "x", [], [7], {"a": 1}, {"a": {"b": []}}, True])
@pytest.mark.parametrize("key", [*GOOD, "experimentOptions", "tags"])
def test_no_value_in_any_place_makes_the_reader_fail(key: str, wrong: Any) -> None:
    read(changed(**{key: wrong}))
    for part in ("orders", "fail-over"):
        table = "targets" if part == "orders" else "actions"
        for field in ("resourceArns", "filters", "selectionMode", "parameters", "targets", "startAfter", "actionId"):
            read(changed(**{table: {part: {**GOOD[table][part], field: wrong}}}))
    properties = {"Targets": wrong, "Actions": wrong, "StopConditions": wrong}
    read({"Resources": {"a": {"Type": "AWS::FIS::ExperimentTemplate", "Properties": properties}}})
