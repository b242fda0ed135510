"""What every world offers, whatever kind of target it holds."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from deployments.targets.contract import MOVING, Counts, Progress, TargetKind, of
from deployments.targets.traffic import Traffic, describe, share_of
from portal.aws import session
from portal.aws.cloudwatch import Metric
from portal.sandbox.server import Sandbox

ACCOUNT, REGION = "111111111111", "eu-west-1"


class Clock:
    """The sandbox's time: it passes by `move(seconds)`, not by itself, so that a slow machine sees the same.

    Each look at it takes LOOK, so that no two things happen at once. `followers` act whenever time has passed.
    """

    LOOK = 1e-4

    def __init__(self) -> None:
        self.now = time.time()
        self.followers: list[Callable[[], None]] = []

    def __call__(self) -> float:
        self.now += self.LOOK
        return self.now

    def catch_up(self) -> None:
        """Go to the real time, which is that of what moto itself has made."""
        self.now = max(self.now, time.time())

    def move(self, seconds: float) -> None:
        self.now += seconds
        for follow in self.followers:
            follow()


@dataclass
class World:
    """The AWS side of one target: two versions, all traffic on the old one.

    `target` is what `plan_rollout` takes. `meddle` is what somebody else does meanwhile; `sicken(n)` makes n hosts of the
    canary unhealthy; `writes` are the (service, operation) pairs that move the traffic; `missing` are keys of the target with
    which it is not there (without any: another canary). `work` is what others do when time passes.
    """

    sandbox: Sandbox
    clock: Clock
    target: dict[str, Any]
    old: str
    writes: tuple[tuple[str, str], ...]
    meddle: Callable[[], None]
    sicken: Callable[[int], None] = lambda count: None
    has_hosts: bool = False
    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    work: Callable[[], None] = lambda: None

    @property
    def kind(self) -> TargetKind:
        return of(self.target)

    @property
    def restore(self) -> Traffic:
        return self.target.get("restore") or self.observe()

    def observe(self) -> Traffic:
        """The traffic now."""
        return self.kind.change.observe(self.target)

    def words(self) -> str:
        """The traffic now, in words with the whole names."""
        return describe(self.observe())

    def share(self) -> float:
        """The canary's share now, 0 to 1."""
        return share_of(self.observe(), self.target["canary"])

    def progress(self) -> Progress:
        return self.kind.progress(self.target)

    def settle(self, most: float = 7200.0) -> Progress:
        """Let AWS's time pass until nothing moves any more."""
        for _ in range(int(most / 5)):
            self.work()
            found = self.progress()
            if found.state != MOVING:
                return found
            self.clock.move(5)
        raise AssertionError(f"still moving: {found}")

    def counts(self, *, canary: tuple[int, int] = (0, 0), baseline: tuple[int, int] = (0, 0), buckets: int = 6) -> None:
        """Publish (requests, errors) of both versions for the last whole buckets of ten seconds."""
        streams = self.kind.streams({**self.target, "restore": self.restore})
        assert streams is not None, f"{self.kind.key} has no metrics of its own"
        end = int(timezone.now().timestamp()) // 10 * 10
        for number in range(1, buckets + 1):
            at = timezone.datetime.fromtimestamp(end - number * 10 + 5, tz=timezone.get_default_timezone())
            for counts, figures in ((streams.canary, canary), (streams.baseline, baseline)):
                self._put(counts, figures, at)

    def _put(self, counts: Counts, figures: tuple[int, int], at: Any) -> None:
        for metrics, value in ((counts.requests, figures[0]), (counts.errors, figures[1])):
            if figures[0]:
                self._datum(metrics[0], value, at)

    def _datum(self, metric: Metric, value: float, at: Any) -> None:
        client = session.client(self.target["account"], self.target["region"], "cloudwatch", role="read")
        dimensions = [{"Name": name, "Value": of_it} for name, of_it in metric.dimensions.items()]
        datum = {"MetricName": metric.name, "Dimensions": dimensions, "Timestamp": at, "Value": value}
        client.put_metric_data(Namespace=metric.namespace, MetricData=[datum])

    def refuse(self, code: str = "AccessDeniedException") -> None:
        """AWS refuses to move the traffic, until `allow`."""
        for service, operation in self.writes:
            self.post("refuse", service=service, operation=operation, code=code)

    def allow(self) -> None:
        """AWS takes it again."""
        self.refuse("")

    def post(self, page: str, **body: Any) -> None:
        """One of the sandbox's own pages."""
        post(self.sandbox, page, **body)


def post(sandbox: Sandbox, page: str, **body: Any) -> None:
    """One of the sandbox's own pages."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{sandbox.url}/_sandbox/{page}", json.dumps(body).encode(), headers)
    urllib.request.urlopen(request, timeout=10).close()


def client(service: str, role: str = "rollout", region: str = REGION) -> Any:
    """A client of the production account."""
    return session.client(ACCOUNT, region, service, role=role)


def sick(sandbox: Sandbox, of_it: str, names: list[str], state: str = "unhealthy", reason: str = "HTTP 500") -> None:
    """Hosts that answer badly from now on."""
    for name in names:
        post(sandbox, "health", account=ACCOUNT, region=REGION, of=of_it, id=name, state=state, description=reason)
