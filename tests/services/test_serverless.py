"""Fully serverless: code runs, and nothing has a server to size or patch."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.engine.serverless import ALWAYS_SERVERLESS, ALWAYS_SERVERS, verdict

ITEM: dict[str, Any] = {"name": "x"}
keys = st.sampled_from(ALWAYS_SERVERLESS + ALWAYS_SERVERS)


def test_functions_behind_a_load_balancer_are_fully_serverless() -> None:
    assert verdict({"aws.lambda": [ITEM], "aws.alb": [ITEM], "aws.dynamodb": [ITEM]}).full


def test_nothing_that_runs_code_is_not_serverless_but_nothing() -> None:
    assert not verdict({"aws.s3": [ITEM]}).full
    assert not verdict({}).runs_code


def test_containers_count_where_fargate_runs_them() -> None:
    assert verdict({"aws.ecs": [{**ITEM, "fargate": True}]}).full
    assert verdict({"aws.ecs": [{**ITEM, "fargate": False}]}).servers == ("x (ecs on EC2)",)


def test_a_database_counts_where_it_is_serverless() -> None:
    assert verdict({"aws.lambda": [ITEM], "aws.rds": [{**ITEM, "serverless": True}]}).full
    assert not verdict({"aws.lambda": [ITEM], "aws.rds": [{**ITEM, "serverless": False}]}).full


@given(st.dictionaries(keys, st.lists(st.just(ITEM), max_size=3)))
def test_full_means_that_no_server_is_named_and_one_server_is_enough_to_lose_it(
    items: dict[str, list[dict[str, Any]]],
) -> None:
    said = verdict(items)
    assert said.full == (said.runs_code and not said.servers)
    assert not verdict({**items, "aws.asg": [ITEM]}).full
