"""How a request or an event reaches the code of a service: through which front, to what, and what is odd about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Items = Mapping[str, Sequence[Mapping[str, Any]]]

SOURCES = {
    "sqs": "SQS queue", "dynamodb": "DynamoDB stream", "kinesis": "Kinesis stream", "kafka": "MSK topic",
    "mq": "Amazon MQ queue",
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """One way in. `kind` is alb, nlb, private-api, api, url, lattice, connect, mesh
    or event; `warning` what is odd about it."""

    kind: str
    name: str
    words: str
    target: str
    warning: str = ""


def ways(items: Items) -> tuple[Way, ...]:
    """All ways into the service's code, by its `aws.*` items; empty where nothing is seen to call it."""
    return (*_balancers(items), *_apis(items), *_urls(items), *_meshes(items), *_events(items))


def _rest(items: Items) -> str:
    """What a front without a function sends its requests to."""
    for key in ("aws.ecs", "aws.eks", "aws.asg", "aws.instances", "aws.apprunner"):
        if items.get(key):
            return str(items[key][0]["name"])
    return "nothing that was seen"


def _balancers(items: Items) -> Iterator[Way]:
    for row in items.get("aws.alb", ()):
        kind = "nlb" if row.get("type") == "network" else "alb"
        what = "Network load balancer" if kind == "nlb" else "Application load balancer"
        inner = ", internal" if row.get("scheme") == "internal" else ""
        warning = "It serves plain HTTP." if row.get("plain_http") else ""
        functions = sorted({name for group in row.get("target_groups", ()) for name in group.get("functions", ())})
        if not functions and row.get("serves_lambda"):
            functions = [str(entry["name"]) for entry in items.get("aws.lambda", ())] or ["a function"]
        for target in functions or [_rest(items)]:
            text = f"{what}{inner}{' with a Lambda target' if functions else ''}"
            yield Way(kind, row["name"], text, target, warning)


def _apis(items: Items) -> Iterator[Way]:
    for row in items.get("aws.apigateway", ()):
        private = bool(row.get("private"))
        endpoints = row.get("vpc_endpoints") or ()
        words = f"{'Private' if private else 'Public'} {row.get('protocol', 'REST')} API"
        if endpoints:
            words += f", by {len(endpoints)} VPC endpoint{'s' if len(endpoints) > 1 else ''}"
        functions = row.get("functions") or [entry["name"] for entry in items.get("aws.lambda", ())] or [_rest(items)]
        for target in functions:
            yield Way("private-api" if private else "api", row["name"], words, target, _api_warning(row))


def _api_warning(row: Mapping[str, Any]) -> str:
    if row.get("private") and not row.get("vpc_endpoints"):
        return "No VPC endpoint is associated: callers need one of their own and its address."
    if row.get("open_methods"):
        return f"Without authorisation: {', '.join(row['open_methods'])}."
    return ""


def _urls(items: Items) -> Iterator[Way]:
    for row in items.get("aws.lambda", ()):
        if row.get("urls"):
            warning = "Anybody may call it: the URL asks for no signature." if row.get("open_url") else ""
            yield Way("url", row["name"], "Function URL", row["name"], warning)


def _meshes(items: Items) -> Iterator[Way]:
    for row in items.get("aws.mesh", ()):
        if row.get("technology") == "VPC Lattice":
            functions = {
                str(member.get("address", "")).partition(":function:")[2].partition(":")[0]
                for member in row.get("members", ())
                if member.get("kind") == "lambda"
            }
            for target in sorted(functions - {""}) or [_rest(items)]:
                yield Way("lattice", row["name"], "VPC Lattice", target, "" if row.get("encrypted") else "Without TLS.")
        elif row.get("technology") == "App Mesh" and items.get("aws.ecs"):
            warning = "AWS has ended the support of App Mesh."
            yield Way("mesh", row["name"], "App Mesh", str(items["aws.ecs"][0]["name"]), warning)
        elif row.get("technology") == "ECS Service Connect" and row.get("routes"):
            yield Way(
                "connect", row["name"], "Service Connect", row["name"], "" if row.get("encrypted") else "Without TLS."
            )


def _events(items: Items) -> Iterator[Way]:
    for row in items.get("aws.lambda", ()):
        for arn in row.get("sources") or ():
            service, name = _source(str(arn))
            yield Way("event", name, SOURCES.get(service, f"{service} events".strip()), row["name"])


def _source(arn: str) -> tuple[str, str]:
    """The AWS service and the name in the ARN of an event source; a DynamoDB stream is named by its table."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return "", arn
    return parts[2], parts[5].split("/")[1] if "/" in parts[5] else parts[5]
