"""The whole life of a rollout on any kind of target, driven ring by ring on clocks that tests move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.models import HostCommand, HostHealth, PostTest, Rollout, RolloutPlan, RolloutSegment
from deployments.models.states import MOVED_STATES
from deployments.rollouts.start import plan_rollout
from portal.aws import session
from portal.changes.models import Change
from services.models import Entity
from tests.deployments.conftest import ACCOUNT, REGION, ring
from tests.deployments.targets.worlds import World

from .killing import Killer

GOOD = {"canary": (100, 1), "baseline": (1900, 19)}
BAD = {"canary": (100, 30), "baseline": (1900, 19)}
OWN_METRICS = {
    "metrics": [
        {
            "name": "errors", "kind": "counts", "source": "cloudwatch",
            "query": {
                stream: {"namespace": "Shop", "name": stream, "dimensions": {"Version": "$version"}}
                for stream in ("requests", "errors")
            },
        }
    ]
}  # fmt: skip
STEP = 40.0
"""Seconds that pass between two rings, for us and for AWS."""
MOST_RINGS = 60


class Life:
    """One rollout of the world's canary."""

    def __init__(self, world: World, service: Callable[..., Entity], sections: Mapping[str, Any], **plan: Any) -> None:
        self.world, self.killer = world, Killer()
        if not world.target["account"]:
            # A pipeline of somebody else's runs anywhere; its alarms, metrics and tests are in an account all the same.
            world.target |= {"account": ACCOUNT, "region": REGION}
        world.target["restore"] = world.observe()
        self.measured = world.kind.streams(world.target) is not None
        restore = world.target.pop("restore")
        common = {"bake_seconds": 30, "minimum_requests": 100, "timeout_seconds": 600, **sections}
        definition: dict[str, Any] = {
            "period": 10,
            "segments": [{"name": "Canary", "weight": 25, **common}, {"name": "All", "weight": 100, **common}],
            **({} if self.measured else {"analysis": OWN_METRICS}),
            **plan,
        }
        made = RolloutPlan.objects.create(name="life", definition=definition)
        self.old = restore
        self.rollout = plan_rollout(
            service("checkout"), made, dict(world.target), version="2", previous_version="1", by="mira"
        )

    def ring(self) -> None:
        """One worker rings, and may be killed; another one is free to follow."""
        with self.killer.working():
            ring(self.rollout)
        Rollout.objects.update(claimed_until=None)
        self.rollout.refresh_from_db()

    def pass_time(self, seconds: float = STEP) -> None:
        """For AWS, and for all that waits on our side."""
        self.world.clock.move(seconds)
        self.world.work()
        gap = timedelta(seconds=seconds)
        waits: list[tuple[Any, tuple[str, ...]]] = [
            (PostTest, ("created_at", "due_at", "deadline_at")),
            (HostCommand, ("created_at", "deadline_at")),
            (HostHealth, ("first_at", "at")),
        ]
        for model, names in waits:
            for row in model.objects.all():
                model.objects.filter(pk=row.pk).update(**{name: getattr(row, name) - gap for name in names})
        for segment in RolloutSegment.objects.filter(state__in=MOVED_STATES):
            moved = {"started_at": segment.started_at - gap, "phase_at": segment.phase_at - gap}
            RolloutSegment.objects.filter(pk=segment.pk).update(**moved)
        now = timezone.now()
        Change.objects.filter(state__in=("undoing", "undo_failed")).update(lease_until=now - timedelta(seconds=1))

    def publish(self, figures: Mapping[str, tuple[int, int]]) -> None:
        """Counts of the last minute, in the target's own streams or in the plan's."""
        if self.measured:
            self.world.target["restore"] = self.old
            self.world.counts(**figures)
            return
        client = session.client(self.world.target["account"], self.world.target["region"], "cloudwatch", role="read")
        end = int(timezone.now().timestamp()) // 10 * 10
        versions = {"canary": self.world.target["canary"], "baseline": self.world.old}
        data = [
            {
                "MetricName": name, "Dimensions": [{"Name": "Version", "Value": versions[side]}], "Value": value,
                "Timestamp": timezone.datetime.fromtimestamp(end - number * 10 + 5, tz=timezone.get_default_timezone()),
            }
            for number in range(1, 7)
            for side, (requests, errors) in figures.items()
            for name, value in (("requests", requests), ("errors", errors))
        ]  # fmt: skip
        client.put_metric_data(Namespace="Shop", MetricData=data)

    def live(
        self, figures: Mapping[str, tuple[int, int]] = GOOD, *, each: Callable[[], None] = lambda: None
    ) -> Rollout:
        """Ring until it has ended; ``each`` happens after every ring."""
        for _ in range(MOST_RINGS):
            self.ring()
            if not self.rollout.active:
                return self.rollout
            each()
            self.pass_time()
            self.publish(figures)
        said = [str(step) for step in self.rollout.steps.all()[:6]]
        pytest.fail(f"It never ended: {self.rollout.state} {self.rollout.paused_reason} {said}")
