"""A Lambda function with two versions behind an alias, counts for both, and a rollout to drive by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.advance import advance
from deployments.models import Rollout, RolloutPlan, RolloutSegment
from deployments.models.states import MOVED_STATES
from deployments.rollouts.start import plan_rollout
from portal.aws import session

ACCOUNT, REGION = "111111111111", "eu-west-1"
TARGET = {"account": ACCOUNT, "region": REGION, "function": "checkout", "alias": "live", "canary": "2"}
PLAN: dict[str, Any] = {
    "period": 10,
    "segments": [
        {"name": "Canary", "weight": 5, "bake_seconds": 30, "minimum_requests": 100},
        {"name": "Zone", "weight": 25, "bake_seconds": 30, "minimum_requests": 100},
        {"name": "Region", "weight": 100, "bake_seconds": 30, "minimum_requests": 100},
    ],
}


@dataclass
class Alias:
    """The alias `live` of `checkout`, in the embedded AWS, and every weight that was set on it."""

    client: Any
    writes: list[dict[str, Any]]

    @property
    def traffic(self) -> tuple[str, dict[str, float]]:
        """(version, extra weights) as AWS tells them."""
        reply = self.client.get_alias(FunctionName="checkout", Name="live")
        return reply["FunctionVersion"], (reply.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


@pytest.fixture
def alias(aws: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> Alias:
    """The alias of `make_alias`, with every weight that is set on it."""
    from portal.aws import lambda_alias

    found = make_alias()
    real = lambda_alias.set_weights

    def counted(*args: Any, **kwargs: Any) -> Any:
        found.writes.append({"version": args[4], "weights": dict(args[5])})
        return real(*args, **kwargs)

    monkeypatch.setattr(lambda_alias, "set_weights", counted)
    return found


def make_alias() -> Alias:
    """A function with the versions 1 and 2; the alias serves 1. Made by hand: seeding a whole service takes longer."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam = session.client(ACCOUNT, REGION, "iam", role="rollout")
    role = iam.create_role(RoleName="checkout", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    client = session.client(ACCOUNT, REGION, "lambda", role="rollout")
    code = {"FunctionName": "checkout", "Runtime": "python3.13", "Handler": "a.b", "Role": role, "Publish": True}
    client.create_function(Code={"ZipFile": b"1"}, **code)
    client.update_function_code(FunctionName="checkout", ZipFile=b"2", Publish=True)
    client.create_alias(FunctionName="checkout", Name="live", FunctionVersion="1")
    return Alias(client, [])


@pytest.fixture
def plan(db: None) -> RolloutPlan:
    """Three segments: 5, 25 and 100 %."""
    return RolloutPlan.objects.create(name="three steps", definition=PLAN)


@pytest.fixture
def rollout(service: Callable[..., Any], plan: RolloutPlan) -> Rollout:
    """A planned rollout of checkout 2026.11.3."""
    return plan_rollout(
        service("checkout"), plan, dict(TARGET), version="2026.11.3", previous_version="2026.11.2", by="mira"
    )


def ring(rollout: Rollout) -> Rollout:
    """One beat, as if it were due."""
    Rollout.objects.filter(pk=rollout.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    advance(rollout.pk)
    rollout.refresh_from_db()
    return rollout


def age(rollout: Rollout, seconds: float) -> None:
    """Let the moved segment and its phase be older, instead of waiting."""
    by = timedelta(seconds=seconds)
    for row in RolloutSegment.objects.filter(rollout=rollout, state__in=MOVED_STATES):
        RolloutSegment.objects.filter(pk=row.pk).update(started_at=row.started_at - by, phase_at=row.phase_at - by)


def counts(*, canary: tuple[int, int] = (0, 0), baseline: tuple[int, int] = (0, 0), buckets: int = 6) -> None:
    """Publish (requests, errors) of both versions for the last whole buckets of ten seconds."""
    client = session.client(ACCOUNT, REGION, "cloudwatch", role="read")
    end = int(timezone.now().timestamp()) // 10 * 10
    data = []
    for number in range(1, buckets + 1):
        at = timezone.datetime.fromtimestamp(end - number * 10 + 5, tz=timezone.get_default_timezone())
        for version, (requests, errors) in (("2", canary), ("1", baseline)):
            dimensions = [
                {"Name": "FunctionName", "Value": "checkout"},
                {"Name": "Resource", "Value": "checkout:live"},
                {"Name": "ExecutedVersion", "Value": version},
            ]
            if requests:
                data += [
                    {"MetricName": name, "Dimensions": dimensions, "Timestamp": at, "Value": value}
                    for name, value in (("Invocations", requests), ("Errors", errors))
                ]
    if data:
        client.put_metric_data(Namespace="AWS/Lambda", MetricData=data)
