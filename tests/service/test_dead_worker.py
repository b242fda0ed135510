"""kill -9 of the worker in the middle of an experiment: the fault is taken out, and the slot is not run again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from portal.sandbox.seed import seed_service
from portal.sandbox.server import Sandbox, start_thread
from tests.service.stack import Stack, stack, until

PREPARE = """
from django.utils import timezone
from chaos import experiments, suggest
from portal.demo import people_and_accounts
from portal.jobs.models import Schedule
from services.models import Entity
people_and_accounts()
team = "group:default/search"
service = Entity.objects.create(kind="component", namespace="default", name="search-api", owner_ref=team)
fields = suggest.zone_fields("111111111111", "us-east-1", "us-east-1a", {balancer}, needed=4)
for probe in fields["hypothesis"]["probes"]:
    probe |= {{"window": 30, "period": 10}}
fields |= {{"observe_seconds": 40, "max_seconds": 120, "recover_seconds": 60, "cron": "0 3 * * *", "enabled": True}}
made = experiments.create(service, fields, "jon")
Schedule.objects.filter(key=made.schedule_key).update(next_at=timezone.now())
answer = made.pk
"""
CHANGES = "SELECT state FROM changes_change"
RUNS = "SELECT state FROM chaos_experimentrun"
SLOTS = "SELECT slot FROM jobs_run WHERE job = 'chaos.run'"


@pytest.fixture
def search() -> Iterator[Sandbox]:
    """An embedded AWS with search-api and a clock, outside the processes that are killed."""
    import random
    import threading

    from portal.sandbox.clock import TICK, start_clock, tick

    sandbox, stopped = start_thread(), threading.Event()
    sandbox.reset()
    seed_service(sandbox.url, "search-api")
    # A fast machine has its run checked before the clock's first tick, and then nothing would be known of the service.
    tick(sandbox.state, TICK, random.Random(1))
    start_clock(sandbox.state, stopped)
    yield sandbox
    stopped.set()
    sandbox.stop()


def aws_client(url: str, service: str) -> Any:
    """A client in the account of search-api, as AWS itself would answer."""
    keys: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "endpoint_url": url}
    role = boto3.client("sts", region_name="us-east-1", **keys).assume_role(
        RoleArn="arn:aws:iam::111111111111:role/colonnade-read", RoleSessionName="test"
    )["Credentials"]
    keys |= {"aws_access_key_id": role["AccessKeyId"], "aws_secret_access_key": role["SecretAccessKey"]}
    return boto3.client(service, region_name="us-east-1", aws_session_token=role["SessionToken"], **keys)


def associations(url: str) -> dict[str, str]:
    """The network ACL of each subnet."""
    acls = aws_client(url, "ec2").describe_network_acls()["NetworkAcls"]
    return {link["SubnetId"]: link["NetworkAclId"] for acl in acls for link in acl["Associations"]}


def balancer(url: str) -> dict[str, Any]:
    """The load balancer of search-api as discovery would describe it."""
    client = aws_client(url, "elbv2")
    arn = client.describe_load_balancers(Names=["search-api"])["LoadBalancers"][0]["LoadBalancerArn"]
    groups = client.describe_target_groups(Names=["search-api"])["TargetGroups"]
    return {"arn": arn, "name": "search-api", "target_groups": [{"arn": group["TargetGroupArn"]} for group in groups]}


def start(portal: Stack, name: str) -> list[Any]:
    """Worker and beat: one process in the embedded run, two in production."""
    if portal.kind == "embedded":
        return [portal.worker(name, "-B")]
    return [portal.worker(name), portal.beat(f"{name}-beat")]


@pytest.mark.service
@pytest.mark.parametrize(
    "kind",
    ["embedded", pytest.param("services", marks=[pytest.mark.postgres, pytest.mark.redis])],
)
def test_a_killed_worker_leaves_no_fault_behind_and_no_slot_runs_twice(
    kind: str, tmp_path: Path, search: Sandbox
) -> None:
    before = associations(search.url)
    with stack(
        tmp_path, kind, AWS_ENDPOINT_URL=search.url, PORTAL_PLUGINS="services,chaos", CHAOS_APPROVAL="none"
    ) as portal:
        portal.ask(PREPARE.format(balancer=balancer(search.url)))
        first = start(portal, "first")
        until(lambda: portal.rows(CHANGES) == [("applied",)], 240, "the fault to be applied")
        for process in first:
            portal.kill(process)
        assert associations(search.url) != before, "the fault must outlive its killed worker, or nothing is proven"
        start(portal, "second")
        until(lambda: portal.rows(CHANGES) == [("undone",)], 240, "the undo of the fault")
        assert associations(search.url) == before
        until(lambda: portal.rows(RUNS) == [("ended",)], 300, "the end of the run")
        assert len(portal.rows(SLOTS)) == 1
        assert len(portal.rows(CHANGES)) == 1, "the fault was injected a second time"
