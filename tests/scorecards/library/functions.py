"""Lambda functions."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def function(stage: Stage, *, versions: int = 1, alias: bool = True, **settings: Any) -> None:
    """A traced function on arm64 with half a gigabyte behind the alias `live`; boto3's names change any of it."""
    client = stage.client("lambda")
    wanted: dict[str, Any] = {
        "FunctionName": stage.name, "Runtime": "python3.13", "Handler": "main.handler", "MemorySize": 512,
        "Architectures": ["arm64"], "TracingConfig": {"Mode": "Active"}, "Role": stage.place.role("lambda-execution"),
        "Code": {"ZipFile": b"1"}, "Publish": True, "Tags": stage.tags,
    }  # fmt: skip
    client.create_function(**(wanted | settings))
    for number in range(1, versions):
        client.update_function_code(FunctionName=stage.name, ZipFile=str(number).encode(), Publish=True)
    if alias:
        client.create_alias(FunctionName=stage.name, Name="live", FunctionVersion="1")


@passes(
    "services.lambda-tracing", "services.lambda-alias", "services.supported-runtime", "services.lambda-memory",
    "services.lambda-arm", "services.lambda-oversized",
)  # fmt: skip
def function_kept_well(stage: Stage) -> None:
    function(stage)


@passes("services.lambda-dead-letters")
def worker_that_keeps_what_failed(stage: Stage) -> None:
    stage.describe(type="worker")
    function(stage, DeadLetterConfig={"TargetArn": stage.place.arn("sqs", "dead-letters")})


@passes("services.lambda-dead-letters")
def worker_that_reads_a_queue(stage: Stage) -> None:
    stage.describe(type="worker")
    function(stage)
    stage.client("sqs").create_queue(QueueName=stage.name, tags=stage.tags)
    source = stage.place.arn("sqs", stage.name)
    stage.client("lambda").create_event_source_mapping(FunctionName=stage.name, EventSourceArn=source)


@fails("services.lambda-dead-letters")
def worker_that_forgets_what_failed(stage: Stage) -> None:
    stage.describe(type="worker")
    function(stage)


@fails("services.lambda-tracing")
def function_without_traces(stage: Stage) -> None:
    function(stage, TracingConfig={"Mode": "PassThrough"})


@fails("services.lambda-alias")
def function_without_alias(stage: Stage) -> None:
    function(stage, alias=False)


@fails("services.supported-runtime")
def function_on_an_ended_runtime(stage: Stage) -> None:
    function(stage, Runtime="python3.8")


@fails("services.lambda-memory")
def function_with_the_least_memory(stage: Stage) -> None:
    function(stage, MemorySize=128)


@fails("services.lambda-arm")
def function_on_x86(stage: Stage) -> None:
    function(stage, Architectures=["x86_64"])


@fails("services.lambda-oversized")
def function_with_too_much_memory(stage: Stage) -> None:
    function(stage, MemorySize=3008)
