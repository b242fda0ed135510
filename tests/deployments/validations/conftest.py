"""A fleet of instances in two zones as a target, a plan that asks for what a test wants, and a clock for the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.models import HostCommand, HostHealth, PostTest, Rollout, RolloutPlan, RolloutSegment
from deployments.rollouts.start import plan_rollout
from deployments.targets import lambda_alias
from deployments.targets.contract import Field, Host, TargetKind, targets
from portal.aws import session
from portal.sandbox.commands import HostAnswer, tell

ACCOUNT, REGION = "111111111111", "eu-west-1"
TARGET = {"kind": "test-fleet", "account": ACCOUNT, "region": REGION, "fleet": "web", "canary": "2"}
LAMBDA = {"account": ACCOUNT, "region": REGION, "function": "checkout", "alias": "live", "canary": "2"}


@dataclass
class Fleet:
    """The hosts that the target names now; tests change them as they like."""

    hosts: list[Host] = field(default_factory=list)

    def set(self, health: str, *ids: str) -> None:
        """Give these hosts (all of them without ids) another health."""
        chosen = set(ids) or {host.id for host in self.hosts}
        self.hosts = [
            Host(host.id, host.zone, host.version, health, "as told") if host.id in chosen else host
            for host in self.hosts
        ]


class Wall:
    """The sandbox's time, which moves when told."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return timezone.now().timestamp() + self.offset

    def move(self, seconds: float) -> None:
        """Later by so many seconds."""
        self.offset += seconds


@pytest.fixture
def wall(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Wall:
    """The clock of the embedded AWS."""
    clock = Wall()
    monkeypatch.setattr(aws.state, "wall", clock)
    return clock


@pytest.fixture
def fleet(aws: Any, db: None) -> Iterator[Fleet]:
    """Four running instances, two in each of two zones, that run version 2 and are healthy."""
    ec2 = session.client(ACCOUNT, REGION, "ec2", role="rollout")
    found = Fleet()
    for zone in ("eu-west-1a", "eu-west-1b"):
        reply = ec2.run_instances(
            ImageId="ami-12c6146b",
            MinCount=2,
            MaxCount=2,
            InstanceType="t3.micro",
            Placement={"AvailabilityZone": zone},
        )
        found.hosts += [Host(one["InstanceId"], zone, "2", "healthy") for one in reply["Instances"]]
    kind = TargetKind(
        "test-fleet", "Test fleet", lambda_alias.CHANGE, (Field("fleet", "Fleet", r"\w+"),), lambda entity, wanted: {},
        lambda traffic: "", noun="fleet", hosts=lambda target: list(found.hosts),
    )  # fmt: skip
    with targets.temporarily(kind):
        yield found


@pytest.fixture
def segment_of(service: Callable[..., Any], db: None) -> Callable[..., RolloutSegment]:
    """segment_of(TARGET, tests=[...]): the first segment of a rollout whose plan has these sections."""

    def make(target: dict[str, Any], **sections: Any) -> RolloutSegment:
        segments = [
            {"name": "Canary", "weight": 5, **sections}, {"name": "All", "weight": 100},
        ]  # fmt: skip
        plan = RolloutPlan.objects.create(name=f"plan {RolloutPlan.objects.count()}", definition={"segments": segments})
        rollout = plan_rollout(service("checkout"), plan, dict(target), version="2026.11.3", by="mira")
        Rollout.objects.filter(pk=rollout.pk).update(state="running")
        RolloutSegment.objects.filter(rollout=rollout, order=0).update(started_at=timezone.now(), state="baking")
        return fresh(rollout.segments.get(order=0))

    return make


def fresh(segment: RolloutSegment) -> RolloutSegment:
    """The segment as a worker would load it at its next look."""
    return RolloutSegment.objects.select_related("rollout__plan", "rollout__entity").get(pk=segment.pk)


def look(module: Any, segment: RolloutSegment) -> Any:
    """One look at the segment, as the core takes it."""
    loaded = fresh(segment)
    return module.look(loaded.rollout, loaded, dict(loaded.rollout.target))


def later(seconds: float) -> None:
    """Let so much of our time pass, for all that waits for something."""
    gap = timedelta(seconds=seconds)
    for model, names in (
        (PostTest, ("created_at", "due_at", "deadline_at")),
        (HostCommand, ("created_at", "deadline_at")),
        (HostHealth, ("first_at", "at")),
    ):
        for row in model.objects.all():  # type: ignore[attr-defined]
            model.objects.filter(pk=row.pk).update(**{name: getattr(row, name) - gap for name in names})  # type: ignore[attr-defined]
    for segment in RolloutSegment.objects.exclude(started_at=None):
        RolloutSegment.objects.filter(pk=segment.pk).update(started_at=segment.started_at - gap)


def hosts_say(aws: Any, host: str = "*", **answer: Any) -> None:
    """What a host answers to commands from now on."""
    with aws.state.lock:
        tell(aws.state, host, HostAnswer(**answer))
