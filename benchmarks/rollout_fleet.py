"""`python -m benchmarks.rollout_fleet start N | watch SECONDS`: rollouts of N functions, and how late they are."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import django

PLAN = {
    "period": 60,
    "segments": [
        {"name": "Canary", "weight": 5, "bake_seconds": 3600, "minimum_requests": 1000},
        {"name": "All", "weight": 100, "bake_seconds": 3600, "minimum_requests": 1000},
    ],
}
ACCOUNT, REGION = "111111111111", "eu-west-1"


def start(count: int) -> None:
    """Functions with two versions behind an alias, their services, and a rollout of each."""
    from deployments.models import RolloutPlan
    from deployments.rollouts.start import plan_rollout
    from portal.aws.models import Account
    from portal.jobs.queue import sync_schedules
    from services.models import Entity

    roles = {f"{role}_role_arn": f"arn:aws:iam::{ACCOUNT}:role/colonnade-{role}" for role in ("read", "rollout")}
    Account.objects.get_or_create(account_id=ACCOUNT, defaults={"name": "bench", "regions": [REGION], **roles})
    sync_schedules()
    plan = RolloutPlan.objects.create(name="bench", definition=PLAN)
    make = _functions()
    for number in range(count):
        name = f"bench-{number}"
        make(name)
        entity = Entity.objects.create(
            kind="component", namespace="default", name=name, title=name, type="service", lifecycle="production",
            source="bench", owner_ref="group:default/bench", data={},
        )  # fmt: skip
        target = {"account": ACCOUNT, "region": REGION, "function": name, "alias": "live", "canary": "2"}
        plan_rollout(entity, plan, target, version="2", previous_version="1", by="bench")
    print(json.dumps({"started": count}))


def _functions() -> Any:
    from portal.aws import session

    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam = session.client(ACCOUNT, REGION, "iam", role="rollout")
    role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    client = session.client(ACCOUNT, REGION, "lambda", role="rollout")

    def make(name: str) -> None:
        code = {"FunctionName": name, "Runtime": "python3.13", "Handler": "a.b", "Role": role, "Publish": True}
        client.create_function(Code={"ZipFile": b"1"}, **code)
        client.update_function_code(FunctionName=name, ZipFile=b"2", Publish=True)
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    return make


def watch(seconds: int) -> None:
    """Once all bake, look every quarter of a second: how long has the latest been due without a worker at it?"""
    from django.db.models import Q, Sum
    from django.utils import timezone

    from deployments.models import Rollout, RolloutSegment
    from deployments.models.states import ACTIVE_STATES

    patience = time.monotonic() + 240
    while (
        RolloutSegment.objects.filter(state="baking").count() < Rollout.objects.count() and time.monotonic() < patience
    ):
        time.sleep(1)
    # The first discovery and evaluation of a new portal are over by then.
    time.sleep(20)
    worst, end = 0.0, time.monotonic() + seconds
    before = Rollout.objects.aggregate(total=Sum("token"))["total"]
    while time.monotonic() < end:
        now = timezone.now()
        free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        late = Rollout.objects.filter(free, state__in=ACTIVE_STATES, due_at__lte=now).order_by("due_at").first()
        worst = max(worst, (now - late.due_at).total_seconds() if late else 0.0)
        time.sleep(0.25)
    after = Rollout.objects.aggregate(total=Sum("token"))["total"]
    baking = RolloutSegment.objects.filter(state="baking").count()
    print(json.dumps({"worst": worst, "steps": (after - before) / seconds, "baking": baking}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    {"start": start, "watch": watch}[sys.argv[1]](int(sys.argv[2]))
