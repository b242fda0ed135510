"""What feeds a Lambda function: its event source mappings, and switching them off and on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.paging import pages

ENABLED, DISABLED = "Enabled", "Disabled"
MOVING = ("Creating", "Enabling", "Disabling", "Updating", "Deleting")


@dataclass(frozen=True)
class Mapping:
    """One mapping: its id, the ARN that it reads, the qualifier ("" for $LATEST) and its state, such as Enabled."""

    id: str
    source: str
    qualifier: str
    state: str


def mappings(account: str, region: str, function: str) -> list[Mapping]:
    """All mappings of a function, by id. Raises AwsError."""
    with aws_errors("lambda:ListEventSourceMappings", account, region):
        client = session.client(account, region, "lambda", role="read", purpose="chaos")
        rows = list(pages(client, "list_event_source_mappings", "EventSourceMappings", FunctionName=function))
    return sorted((_mapping(row) for row in rows), key=lambda one: one.id)


def _mapping(row: dict[str, Any]) -> Mapping:
    qualifier = row["FunctionArn"].split(":function:")[-1].partition(":")[2]
    return Mapping(row["UUID"], row.get("EventSourceArn", ""), qualifier, row.get("State", ""))


def switch(account: str, region: str, mapping: str, *, on: bool) -> None:
    """Enable or disable one mapping; AWS takes up to a minute. Raises AwsError, also while AWS is still at it."""
    with aws_errors("lambda:UpdateEventSourceMapping", account, region):
        client = session.client(account, region, "lambda", role="chaos", purpose="chaos")
        client.update_event_source_mapping(UUID=mapping, Enabled=on)
