"""Faults by policy, and consumers that are switched off."""

from __future__ import annotations

import json
from typing import Any

from tests.chaos.faults.case import Case, Stage
from tests.chaos.faults.store_cases import IRELAND, known

ROLE = "arn:aws:iam::111111111111:role/lambda-execution"
OWN = {"Sid": "Owner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}}
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:refunds-queue"
TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/orders-table"


def _url(stage: Stage) -> str:
    return str(stage.client("sqs", "eu-west-1").get_queue_url(QueueName="refunds-queue")["QueueUrl"])


def queue_policy(stage: Stage) -> str:
    answer = stage.client("sqs", "eu-west-1").get_queue_attributes(QueueUrl=_url(stage), AttributeNames=["Policy"])
    return str(answer.get("Attributes", {}).get("Policy", ""))


def write_queue_policy(stage: Stage, statements: list[dict[str, Any]], indent: int | None = None) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=indent)
    stage.client("sqs", "eu-west-1").set_queue_attributes(QueueUrl=_url(stage), Attributes={"Policy": text})


def _queue_with_policy(stage: Stage) -> None:
    """A policy written by hand, with line breaks that must come back."""
    write_queue_policy(stage, [{**OWN, "Action": "sqs:*", "Resource": QUEUE}], indent=3)


def _add_to_queue(stage: Stage) -> None:
    statements = json.loads(queue_policy(stage))["Statement"]
    write_queue_policy(stage, [*statements, {**OWN, "Sid": "Theirs", "Action": "sqs:SendMessage", "Resource": QUEUE}])


def _sids(policy: str) -> list[str]:
    return [one["Sid"] for one in json.loads(policy or '{"Statement": []}')["Statement"]]


def table_policy(stage: Stage) -> str:
    client = stage.client("dynamodb", "eu-west-1")
    try:
        return str(client.get_resource_policy(ResourceArn=TABLE)["Policy"])
    except client.exceptions.PolicyNotFoundException:
        return ""


def _add_to_table(stage: Stage) -> None:
    statements = json.loads(table_policy(stage))["Statement"]
    mine = {**OWN, "Sid": "Theirs", "Action": "dynamodb:GetItem", "Resource": TABLE}
    text = json.dumps({"Version": "2012-10-17", "Statement": [*statements, mine]})
    stage.client("dynamodb", "eu-west-1").put_resource_policy(ResourceArn=TABLE, Policy=text)


def mappings(stage: Stage) -> list[str]:
    rows = stage.client("lambda", "eu-west-1").list_event_source_mappings(FunctionName="refunds")["EventSourceMappings"]
    return [row["State"] for row in rows]


REFUNDS = {
    **known("aws.sqs", IRELAND, "refunds-queue", arn=QUEUE, url="http://sqs/111111111111/refunds-queue"),
    **known("aws.lambda", IRELAND, "refunds"),
}
CHECKOUT = {**known("aws.dynamodb", IRELAND, "orders-table", arn=TABLE), **known("aws.lambda", IRELAND, "checkout")}
RECEIVE = {**IRELAND, "queue": "refunds-queue", "operations": "receive"}
SQS = Case(
    "sqs-denied", RECEIVE, queue_policy, ("sqs", "SetQueueAttributes"), {**RECEIVE, "queue": "indexer-queue"},
    "not a queue of refunds", service="refunds", facts=REFUNDS,
)  # fmt: skip
SQS_WITH_POLICY = Case(
    "sqs-denied", {**RECEIVE, "operations": "both"}, queue_policy, ("sqs", "SetQueueAttributes"),
    {**RECEIVE, "queue": "indexer-queue"}, "not a queue of refunds", service="refunds", facts=REFUNDS,
    prepare=_queue_with_policy, theirs=_add_to_queue,
    kept=lambda stage: _sids(queue_policy(stage)) == ["Owner", "Theirs"],
)  # fmt: skip
READ = {**IRELAND, "table": "orders-table", "operations": "read"}
DYNAMODB = Case(
    "dynamodb-denied", READ, table_policy, ("dynamodb", "DeleteResourcePolicy"), {**READ, "table": "login-sessions"},
    "not a table of checkout", service="checkout", facts=CHECKOUT, theirs=_add_to_table,
    kept=lambda stage: _sids(table_policy(stage)) == ["Theirs"],
)  # fmt: skip
CONSUMER = Case(
    "event-source-off", {**IRELAND, "function": "refunds"}, mappings, ("lambda", "UpdateEventSourceMapping"),
    {**IRELAND, "function": "events"}, "not a function of refunds", service="refunds", facts=REFUNDS,
)  # fmt: skip
CASES = {"queue": SQS, "queue-with-policy": SQS_WITH_POLICY, "table": DYNAMODB, "consumer": CONSUMER}
