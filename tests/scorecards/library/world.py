"""One pass of the product over all fixtures: they are set up at once, discovered at once and evaluated at once."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import time_machine

from portal.aws.models import Account
from portal.jobs import queue, runner
from portal.sandbox.seeding.aws import Aws, Place
from portal.sandbox.server import Sandbox
from scorecards.evaluate import evaluate_due
from scorecards.models import CheckResult
from tests.scorecards import library
from tests.scorecards.library.fixture import FIXTURES
from tests.scorecards.library.stage import ACCOUNT, BARE, REGION, Network, Stage

ROLES = {
    "lambda-execution": "lambda.amazonaws.com",
    "clusters": "eks.amazonaws.com",
    "monitoring": "monitoring.rds.amazonaws.com",
    "deployments": "codedeploy.amazonaws.com",
    "pipelines": "codepipeline.amazonaws.com",
}
"""Names of IAM roles with the service of AWS that takes each."""
JOBS = (
    "deployments.pull", "deployments.observe", "deployments.delivery", "services.kinds", "chaos.coverage",
)  # fmt: skip
"""What the product's beat would do after discovery and after all that the fixtures did, in this order."""
TRUSTED = ("read", "rollout", "chaos")
"""What the portal's own roles in an account are for."""
States = dict[str, dict[str, str]]


def load() -> None:
    """Import every module of fixtures, which enters them."""
    for module in pkgutil.iter_modules(library.__path__, f"{library.__name__}."):
        importlib.import_module(module.name)


def judged(sandbox: Sandbox, clock: time_machine.Traveller) -> States:
    """What the product says of every fixture: service → check → state."""
    for account, name in ((ACCOUNT, "production"), (BARE, "new")):
        roles = {f"{role}_role_arn": f"arn:aws:iam::{account}:role/colonnade-{role}" for role in TRUSTED}
        Account.objects.create(account_id=account, name=name, regions=[REGION], **roles)
    place = Place(Aws(sandbox.url), ACCOUNT, REGION)
    network = _ground(place)
    waiting = []
    for fixture in FIXTURES.values():
        later = fixture.build(Stage(fixture.service, place, network, clock, sandbox.state))
        if later is not None:
            next(later)
            waiting.append(later)
    run("services.discover")
    for later in waiting:
        _finish(later)
    for job in JOBS:
        run(job)
    evaluate_due(settle=timedelta(0))
    return _states()


def run(job: str, **args: Any) -> None:
    """Do a job of the product as its worker would, and insist that it succeeds."""
    made = queue.enqueue(job, args, by="library")
    runner.execute(made.pk, heartbeat=False)
    made.refresh_from_db()
    assert made.state == "succeeded", f"{job}: {made.error}"


def _finish(later: Iterator[None]) -> None:
    for _ in later:
        raise AssertionError("a fixture may yield once: discovery runs once")


def _states() -> States:
    found: States = {name: {} for name in FIXTURES}
    for name, check, state in CheckResult.objects.standing().values_list("entity__name", "check_key", "state"):
        found.setdefault(name, {})[check] = state
    return found


def _ground(place: Place) -> Network:
    """What an account has before any service: roles and a network."""
    for role, principal in ROLES.items():
        allowed = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        place.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    ec2 = place.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    private = [
        ec2.create_subnet(VpcId=vpc, AvailabilityZone=zone, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        for number, zone in enumerate(place.zones("abc"))
    ]
    open_to_all = [{"Name": "default-for-az", "Values": ["true"]}]
    public = ec2.describe_subnets(Filters=open_to_all)["Subnets"]
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    group = ec2.describe_security_groups(Filters=mine)["SecurityGroups"][0]["GroupId"]
    return Network(vpc, group, tuple(private), tuple(row["SubnetId"] for row in public))
