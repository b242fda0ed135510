"""CloudWatch alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class Alarm(AwsResource):
    """One alarm. `acts` when it is switched on and tells somebody; `dimensions` as `FunctionName=checkout`."""

    namespace: str
    metric: str
    state: str
    acts: bool
    composite: bool
    dimensions: tuple[str, ...]


def states(account: str, region: str, names: Sequence[str]) -> dict[str, str]:
    """The state of each named alarm (OK, ALARM or INSUFFICIENT_DATA); names that are not there are absent. Raises AwsError."""
    with aws_errors("cloudwatch:DescribeAlarms", account, region):
        client = reader(account, region, "cloudwatch")
        found: dict[str, str] = {}
        for kind, key in (("MetricAlarm", "MetricAlarms"), ("CompositeAlarm", "CompositeAlarms")):
            rows = pages(client, "describe_alarms", key, AlarmTypes=[kind], AlarmNames=list(names))
            found |= {row["AlarmName"]: row.get("StateValue", "INSUFFICIENT_DATA") for row in rows}
    return found


def alarms(account: str, region: str) -> list[Alarm]:
    """All metric and composite alarms of the account and region."""
    found: list[Alarm] = []
    with aws_errors("cloudwatch:DescribeAlarms", account, region):
        client = reader(account, region, "cloudwatch")
        for kind, key in (("MetricAlarm", "MetricAlarms"), ("CompositeAlarm", "CompositeAlarms")):
            found += [
                Alarm(
                    name=row["AlarmName"],
                    arn=row["AlarmArn"],
                    account=account,
                    region=region,
                    namespace=row.get("Namespace", ""),
                    metric=row.get("MetricName", ""),
                    state=row.get("StateValue", "INSUFFICIENT_DATA"),
                    acts=bool(row.get("ActionsEnabled", True) and row.get("AlarmActions")),
                    composite=kind == "CompositeAlarm",
                    dimensions=tuple(
                        sorted(f"{entry['Name']}={entry['Value']}" for entry in row.get("Dimensions") or [])
                    ),
                )
                for row in pages(client, "describe_alarms", key, AlarmTypes=[kind])
            ]
    return found
