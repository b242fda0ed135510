"""A service with three hosts and templates of AWS FIS in the embedded AWS, on a clock that moves when told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from portal.sandbox import fis as motion

ACCOUNT, REGION = "111111111111", "us-east-1"
PLACE = {"account": ACCOUNT, "region": REGION}
ALLOWED = {"colonnade": "allowed", "service": "web"}
HOSTS = {"resourceType": "aws:ec2:instance", "resourceTags": {"service": "web"}, "selectionMode": "COUNT(2)"}
STOP = {
    "actionId": "aws:ec2:stop-instances",
    "parameters": {"startInstancesAfterDuration": "PT5M"},
    "targets": {"Instances": "hosts"},
}
ALARM = "web-errors"


@dataclass
class FisWorld:
    """The sandbox with the service web; `move` lets its clock go on."""

    aws: Any
    entity: Any
    clients: Callable[[str], Any]
    at: list[float] = field(default_factory=lambda: [1_795_000_000.0])

    def move(self, seconds: float) -> None:
        """Let time pass, and AWS act."""
        self.at[0] += seconds
        with self.aws.state.lock:
            motion.advance_all(self.aws.state)

    def template(self, *, tags: dict[str, str] = ALLOWED, stop: bool = True, **more: Any) -> str:
        """The id of a new template that stops two of the hosts for five minutes."""
        value = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{ALARM}"
        guarded = [{"source": "aws:cloudwatch:alarm", "value": value}] if stop else [{"source": "none"}]
        wanted = {"actions": {"stop": STOP}, "targets": {"hosts": HOSTS}, "description": "Two hosts stop"} | more
        made = self.clients("fis").create_experiment_template(
            clientToken=f"{tags}{stop}{more}", stopConditions=guarded, roleArn=f"arn:aws:iam::{ACCOUNT}:role/fis",
            tags=tags, **wanted,
        )  # fmt: skip
        return str(made["experimentTemplate"]["id"])

    def running(self) -> int:
        """How many hosts run."""
        only = [{"Name": "instance-state-name", "Values": ["running"]}]
        rows = self.clients("ec2").describe_instances(Filters=only)["Reservations"]
        return sum(len(row["Instances"]) for row in rows)

    def lever(self, status: str) -> None:
        """Engage or disengage the safety lever."""
        self.clients("fis").update_safety_lever_state(id="default", state={"status": status, "reason": "incident 7"})

    def alarm(self, state: str) -> None:
        """Put the alarm that is the stop condition into a state."""
        self.clients("cloudwatch").set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="test")

    def experiments(self) -> list[str]:
        """The states of all experiments, newest first."""
        return [one["state"]["status"] for one in self.clients("fis").list_experiments()["experiments"]]

    def hosts(self, count: int, service: str = "web") -> None:
        """Launch instances that are tagged for a service."""
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "service", "Value": service}]}]
        ec2 = self.clients("ec2")
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        ec2.run_instances(ImageId=image, MinCount=count, MaxCount=count, TagSpecifications=tags)


def make(aws: Any, entity: Any, monkeypatch: pytest.MonkeyPatch) -> FisWorld:
    """The world; its clients act in the account itself, as the account's owner would."""
    made: dict[str, Any] = {}

    def client(name: str) -> Any:
        if name not in made:
            made[name] = boto3.client(
                name, region_name=REGION, endpoint_url=aws.url, aws_access_key_id="a", aws_secret_access_key="b"
            )
            events = made[name].meta.events
            events.register(
                "before-sign", lambda request, **_: request.headers.add_header("x-moto-account-id", ACCOUNT)
            )
        return made[name]

    world = FisWorld(aws, entity, client)
    monkeypatch.setattr(aws.state, "wall", lambda: world.at[0])
    world.hosts(3)
    client("cloudwatch").put_metric_alarm(
        AlarmName=ALARM, Namespace="Own", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1.0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    world.alarm("OK")
    return world
