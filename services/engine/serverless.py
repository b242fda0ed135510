"""Is a service fully serverless? Decided from what discovery saw, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ALWAYS_SERVERLESS = ("aws.lambda", "aws.apigateway", "aws.dynamodb", "aws.s3", "aws.sqs")
ALWAYS_SERVERS = ("aws.asg", "aws.instances", "aws.eks", "aws.elasticache", "aws.opensearch")
RUNS_CODE = ("aws.lambda", "aws.ecs", "aws.asg", "aws.instances", "aws.eks")


@dataclass(frozen=True)
class Serverless:
    """`full` where code runs and nothing has a server to size or patch; `servers` names what has one."""

    full: bool
    runs_code: bool
    servers: tuple[str, ...]


def verdict(items: Mapping[str, Sequence[Mapping[str, Any]]]) -> Serverless:
    """Judge from the items of each `aws.*` fact. Load balancers count as serverless: nobody sizes or patches them."""
    servers = [
        f"{entry['name']} ({key.removeprefix('aws.')})" for key in ALWAYS_SERVERS for entry in items.get(key, ())
    ]
    servers += [f"{entry['name']} (ecs on EC2)" for entry in items.get("aws.ecs", ()) if not entry.get("fargate")]
    servers += [f"{entry['name']} (rds)" for entry in items.get("aws.rds", ()) if not entry.get("serverless")]
    runs_code = any(items.get(key) for key in RUNS_CODE)
    return Serverless(runs_code and not servers, runs_code, tuple(sorted(servers)))
