"""Fully serverless: code runs, and nothing has a server to size or patch; each obstacle has a reason and a remedy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.request_path import ways
from services.engine.serverless import KINDS, verdict

ITEM: dict[str, Any] = {"name": "x"}
CODE: dict[str, Any] = {"aws.lambda": [{**ITEM, "runtime": "python3.13"}]}


def words(key: str, **fields: Any) -> str:
    (part,) = verdict({key: [{**ITEM, **fields}]}).parts
    return part.words


def test_functions_behind_a_load_balancer_are_fully_serverless() -> None:
    assert verdict({**CODE, "aws.alb": [ITEM], "aws.dynamodb": [ITEM]}).full


def test_nothing_that_runs_code_is_not_serverless_but_unknown() -> None:
    assert verdict({"aws.s3": [ITEM]}).verdict == "none"
    assert verdict({}).verdict == "none"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"runtime": "python3.13"}, "Lambda, managed runtime python3.13"),
        ({"runtime": "provided.al2023"}, "Lambda, custom runtime on provided.al2023"),
        ({"runtime": "", "package_type": "Image"}, "Lambda, container image"),
    ],
)
def test_a_function_is_told_by_what_patches_its_runtime(fields: dict[str, Any], said: str) -> None:
    assert words("aws.lambda", **fields) == said


@pytest.mark.parametrize(
    ("key", "fields", "free"),
    [
        ("aws.ecs", {"fargate": True}, True),
        ("aws.ecs", {"fargate": False}, False),
        ("aws.eks", {}, False),
        ("aws.asg", {}, False),
        ("aws.rds", {"engine": "aurora-postgresql", "serverless": True}, True),
        ("aws.rds", {"engine": "aurora-postgresql", "instance_class": "db.serverless"}, True),
        ("aws.rds", {"engine": "postgres", "instance_class": "db.t4g.medium"}, False),
        ("aws.dsql", {}, True),
        ("aws.dynamodb", {"billing_mode": "PROVISIONED"}, True),
        ("aws.elasticache", {"serverless": True}, True),
        ("aws.elasticache", {"node_type": "cache.t4g.small"}, False),
        ("aws.opensearch", {}, False),
        ("aws.sqs", {}, True),
    ],
)
def test_each_part_is_judged_by_who_sizes_it(key: str, fields: dict[str, Any], free: bool) -> None:
    said = verdict({**CODE, key: [{**ITEM, **fields}]})
    assert said.full is free
    assert all(part.obstacle and part.remedy for part in said.obstacles)


def test_code_on_servers_is_told_from_code_with_a_store_on_servers() -> None:
    assert verdict({"aws.asg": [ITEM], "aws.dynamodb": [ITEM]}).verdict == "servers"
    assert verdict({**CODE, "aws.elasticache": [ITEM]}).verdict == "partly"


def test_instances_of_a_group_are_said_with_their_group() -> None:
    machines = [{**ITEM, "group": "x"}, {**ITEM, "group": "x"}]
    assert len(verdict({"aws.asg": [ITEM], "aws.instances": machines}).parts) == 1
    (lone,) = verdict({"aws.instances": [ITEM, ITEM]}).parts
    assert lone.words == "2 EC2 instances"


@given(st.dictionaries(st.sampled_from(sorted(KINDS)), st.lists(st.just(ITEM), max_size=3)))
def test_full_means_that_code_runs_and_no_part_is_in_the_way(items: dict[str, list[dict[str, Any]]]) -> None:
    said = verdict(items)
    assert said.full == (bool(said.having("code")) and not said.obstacles)
    assert not verdict({**items, "aws.asg": [ITEM]}).full


def test_a_load_balancer_names_the_function_that_it_calls() -> None:
    group = {"name": "x", "target_type": "lambda", "functions": ["checkout"]}
    (way,) = ways({"aws.alb": [{**ITEM, "type": "application", "target_groups": [group]}]})
    assert (way.kind, way.target, way.words) == ("alb", "checkout", "Application load balancer with a Lambda target")


def test_a_private_api_without_an_endpoint_is_told() -> None:
    row = {**ITEM, "private": True, "protocol": "REST", "functions": ["f"]}
    (bare,) = ways({"aws.apigateway": [row]})
    (reached,) = ways({"aws.apigateway": [{**row, "vpc_endpoints": ["vpce-1"]}]})
    assert bare.warning.startswith("No VPC endpoint")
    assert (reached.warning, reached.words) == ("", "Private REST API, by 1 VPC endpoint")


def test_an_open_function_url_is_told() -> None:
    (way,) = ways(
        {"aws.lambda": [{**ITEM, "urls": [{"url": "https://a.lambda-url.eu-west-1.on.aws"}], "open_url": True}]}
    )
    assert way.kind == "url"
    assert "no signature" in way.warning


def test_event_sources_are_named_by_their_queue_or_table() -> None:
    stream = "arn:aws:dynamodb:eu-west-1:111111111111:table/orders/stream/2026-11-01T00:00:00.000"
    queue = "arn:aws:sqs:eu-west-1:111111111111:refunds-queue"
    found = ways({"aws.lambda": [{**ITEM, "sources": [stream, queue, "nonsense"]}]})
    assert [(way.words, way.name) for way in found] == [
        ("DynamoDB stream", "orders"), ("SQS queue", "refunds-queue"), ("events", "nonsense"),
    ]  # fmt: skip
