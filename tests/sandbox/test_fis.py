"""AWS FIS in the embedded AWS: actions act and are taken back, and alarms, people and the safety lever stop them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.sandbox.clock import tick
from portal.sandbox.server import Sandbox
from tests.sandbox.conftest import Clients, Wall

TAGS = {"service": "web"}
INSTANCES = {"resourceType": "aws:ec2:instance", "resourceTags": TAGS, "selectionMode": "COUNT(2)"}
NONE = [{"source": "none"}]
STOP = {
    "actionId": "aws:ec2:stop-instances",
    "parameters": {"startInstancesAfterDuration": "PT5M"},
    "targets": {"Instances": "hosts"},
}
WAIT = {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}


@pytest.fixture
def fis(client: Clients, wall: Wall) -> Any:
    return client("fis")


@pytest.fixture
def hosts(client: Clients, wall: Wall) -> list[str]:
    """Three running instances of the service web."""
    ec2 = client("ec2")
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "service", "Value": "web"}]}]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=3, MaxCount=3, TagSpecifications=tags)["Instances"]
    return [one["InstanceId"] for one in made]


def template(fis: Any, actions: dict[str, Any], targets: dict[str, Any] | None = None, **more: Any) -> str:
    wanted = {"description": "t", "stopConditions": NONE, "roleArn": "arn:aws:iam::111111111111:role/fis", **more}
    made = fis.create_experiment_template(clientToken=str(actions), actions=actions, targets=targets or {}, **wanted)
    return str(made["experimentTemplate"]["id"])


def start(fis: Any, of: str, once: str = "t", **more: Any) -> dict[str, Any]:
    return dict(fis.start_experiment(clientToken=once, experimentTemplateId=of, **more)["experiment"])


def state(fis: Any, one: dict[str, Any]) -> str:
    return str(fis.get_experiment(id=one["id"])["experiment"]["state"]["status"])


def running(client: Clients) -> int:
    rows = client("ec2").describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
    return sum(len(row["Instances"]) for row in rows["Reservations"])


def test_instances_are_stopped_for_a_while_and_started_again(
    fis: Any, hosts: list[str], client: Clients, wall: Wall
) -> None:
    one = start(fis, template(fis, {"stop": STOP}, {"hosts": INSTANCES}))
    assert one["state"]["status"] == "pending"
    wall.move(1)
    assert state(fis, one) == "initiating"
    wall.move(2)
    assert (state(fis, one), running(client)) == ("running", 1)
    wall.move(301)
    assert (state(fis, one), running(client)) == ("completed", 3)


def test_actions_wait_for_those_they_start_after(fis: Any, hosts: list[str], client: Clients, wall: Wall) -> None:
    one = start(fis, template(fis, {"wait": WAIT, "stop": {**STOP, "startAfter": ["wait"]}}, {"hosts": INSTANCES}))
    wall.move(30)
    assert (state(fis, one), running(client)) == ("running", 3)
    wall.move(40)
    assert (state(fis, one), running(client)) == ("running", 1)
    wall.move(300)
    assert state(fis, one) == "completed"


def test_the_clock_moves_experiments_that_nobody_asks_for(
    fis: Any, hosts: list[str], client: Clients, wall: Wall, sandbox: Sandbox
) -> None:
    import random

    start(fis, template(fis, {"stop": STOP}, {"hosts": INSTANCES}))
    wall.move(5)
    tick(sandbox.state, 10, random.Random(1))
    assert running(client) == 1


def test_a_stop_does_the_post_actions_first_and_only_then_counts_as_stopped(
    fis: Any, hosts: list[str], client: Clients, wall: Wall
) -> None:
    one = start(fis, template(fis, {"stop": STOP, "wait": {**WAIT, "startAfter": ["stop"]}}, {"hosts": INSTANCES}))
    wall.move(5)
    assert (state(fis, one), running(client)) == ("running", 1)
    assert fis.stop_experiment(id=one["id"])["experiment"]["state"]["status"] == "stopping"
    assert running(client) == 1
    wall.move(3)
    told = fis.get_experiment(id=one["id"])["experiment"]
    assert (told["state"]["status"], running(client)) == ("stopped", 3)
    assert {name: action["state"]["status"] for name, action in told["actions"].items()} == {
        "stop": "stopped",
        "wait": "cancelled",
    }
    assert fis.stop_experiment(id=one["id"])["experiment"]["state"]["status"] == "stopped"


def test_an_alarm_that_is_a_stop_condition_stops_the_experiment(
    fis: Any, hosts: list[str], client: Clients, wall: Wall
) -> None:
    watch = client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="web-errors", Namespace="Own", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1.0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    arn = watch.describe_alarms(AlarmNames=["web-errors"])["MetricAlarms"][0]["AlarmArn"]
    guarded = [{"source": "aws:cloudwatch:alarm", "value": arn}]
    one = start(fis, template(fis, {"stop": STOP}, {"hosts": INSTANCES}, stopConditions=guarded))
    wall.move(5)
    assert state(fis, one) == "running"
    watch.set_alarm_state(AlarmName="web-errors", StateValue="ALARM", StateReason="test")
    assert state(fis, one) == "stopping"
    wall.move(3)
    told = fis.get_experiment(id=one["id"])["experiment"]["state"]
    assert told["status"] == "stopped"
    assert "web-errors" in told["reason"]
    assert running(client) == 3


def test_the_safety_lever_stops_what_runs_and_cancels_what_starts(
    fis: Any, hosts: list[str], client: Clients, wall: Wall
) -> None:
    of = template(fis, {"stop": STOP}, {"hosts": INSTANCES})
    one = start(fis, of)
    wall.move(5)
    assert fis.get_safety_lever(id="default")["safetyLever"]["state"]["status"] == "disengaged"
    fis.update_safety_lever_state(id="default", state={"status": "engaged", "reason": "incident"})
    assert start(fis, of, "u")["state"]["status"] == "cancelled"
    wall.move(3)
    assert (state(fis, one), running(client)) == ("stopped", 3)
    fis.update_safety_lever_state(id="default", state={"status": "disengaged", "reason": "over"})
    assert start(fis, of, "v")["state"]["status"] == "pending"


def test_the_same_client_token_starts_once(fis: Any, hosts: list[str], wall: Wall) -> None:
    of = template(fis, {"wait": WAIT})
    assert start(fis, of, "same")["id"] == start(fis, of, "same")["id"]
    assert len(fis.list_experiments(experimentTemplateId=of)["experiments"]) == 1


def test_resolved_targets_are_filled_also_by_a_dry_run(fis: Any, hosts: list[str], client: Clients, wall: Wall) -> None:
    of = template(fis, {"stop": STOP}, {"hosts": INSTANCES})
    one = start(fis, of, experimentOptions={"actionsMode": "skip-all"})
    assert one["state"]["status"] == "completed"
    assert one["actions"]["stop"]["state"]["status"] == "skipped"
    rows = fis.list_experiment_resolved_targets(experimentId=one["id"])["resolvedTargets"]
    assert len(rows) == 2
    assert all(row["targetName"] == "hosts" for row in rows)
    wall.move(10)
    assert running(client) == 3


def test_targets_that_select_nothing_fail_with_a_reason(fis: Any, wall: Wall) -> None:
    nothing = {**INSTANCES, "resourceTags": {"service": "nobody"}}
    told = start(fis, template(fis, {"stop": STOP}, {"hosts": nothing}))["state"]
    assert told["status"] == "failed"
    assert told["error"]["accountId"] == "111111111111"


def test_a_network_is_cut_and_joined_again(fis: Any, client: Clients, wall: Wall) -> None:
    ec2 = client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    cut = {
        "actionId": "aws:network:disrupt-connectivity",
        "parameters": {"duration": "PT2M", "scope": "all"},
        "targets": {"Subnets": "zone"},
    }
    target = {"resourceType": "aws:ec2:subnet", "resourceArns": [subnet["SubnetArn"]], "selectionMode": "ALL"}

    def acl() -> dict[str, Any]:
        wanted = [{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}]
        return dict(ec2.describe_network_acls(Filters=wanted)["NetworkAcls"][0])

    before = acl()["NetworkAclId"]
    one = start(fis, template(fis, {"cut": cut}, {"zone": target}))
    wall.move(5)
    assert state(fis, one) == "running"
    assert not any(entry["RuleAction"] == "allow" for entry in acl()["Entries"])
    wall.move(120)
    assert (state(fis, one), acl()["NetworkAclId"]) == ("completed", before)


def test_an_action_that_cannot_act_fails_the_experiment(fis: Any, client: Clients, wall: Wall) -> None:
    fail_over = {"actionId": "aws:rds:failover-db-cluster", "targets": {"Clusters": "data"}}
    arn = "arn:aws:rds:eu-west-1:111111111111:cluster:gone"
    data = {"resourceType": "aws:rds:cluster", "resourceArns": [arn], "selectionMode": "ALL"}
    one = start(
        fis, template(fis, {"fail-over": fail_over, "wait": {**WAIT, "startAfter": ["fail-over"]}}, {"data": data})
    )
    wall.move(5)
    told = fis.get_experiment(id=one["id"])["experiment"]
    assert told["state"]["status"] == "failed"
    assert "fail-over" in told["state"]["reason"]
    assert told["actions"]["wait"]["state"]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"actionId": "aws:ec2:paint-instances"}, "no action aws:ec2:paint-instances"),
        ({"actionId": "aws:fis:wait"}, "missing"),
        ({"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M", "colour": "red"}}, "colour"),
        ({**STOP, "targets": {"Instances": "nobody"}}, "no target nobody"),
    ],
)
def test_an_action_that_aws_would_refuse_is_refused(fis: Any, action: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        template(fis, {"a": action})


def test_the_catalogue_is_told_by_pages(fis: Any) -> None:
    names = [one["id"] for page in fis.get_paginator("list_actions").paginate(maxResults=7) for one in page["actions"]]
    assert len(names) == len(set(names)) > 20
    assert fis.get_action(id="aws:fis:wait")["action"]["parameters"]["duration"]["required"] is True
    with pytest.raises(ClientError, match="no action"):
        fis.get_action(id="aws:none")
