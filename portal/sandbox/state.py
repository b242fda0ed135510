"""Everything the sandbox remembers beside moto's own backends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .metrics import MetricStore

Place = tuple[str, str]
"""(account id, region)."""


@dataclass
class Progress:
    """How far the seeding is; `total` 0 means that no seeding was asked for."""

    seeded: int = 0
    total: int = 0
    text: str = "No seeding was asked for."
    failed: bool = False

    @property
    def ready(self) -> bool:
        """True when all that was asked for is there."""
        return not self.failed and self.seeded >= self.total

    def report(self, seeded: int, total: int, text: str) -> None:
        """Take over how far the seeding is."""
        self.seeded, self.total, self.text = seeded, total, text

    def fail(self, text: str) -> None:
        """The seeding stopped; `ready` stays false."""
        self.failed, self.text = True, text


@dataclass
class State:
    """Shared by all handlers, the seeding and the clock; change it only while holding `lock`.

    `wall` gives seconds since the epoch, so that tests move time instead of sleeping.
    """

    wall: Callable[[], float] = time.time
    lock: threading.RLock = field(default_factory=threading.RLock)
    progress: Progress = field(default_factory=Progress)
    metrics: MetricStore = field(default_factory=MetricStore)
    remembered: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    """Details by (topic, account, region) that moto drops, e.g. ECS deployment configurations."""

    seeded: set[str] = field(default_factory=set)
    """Names of the seeded services, and marks of accounts and regions."""
    behaviour: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    """(error rate, latency in ms) by (function name, version), where it differs from the usual."""

    refusals: dict[tuple[str, str, str, str], tuple[str, int]] = field(default_factory=dict)
    """(error code, HTTP status) by (service, operation, account, region); "" stands for every one of its kind."""

    def refusal(self, service: str, operation: str, account: str, region: str) -> tuple[str, int] | None:
        """What a call must be answered with where somebody asked for its refusal."""
        for key, answer in self.refusals.items():
            if all(wanted in ("", is_) for wanted, is_ in zip(key, (service, operation, account, region), strict=True)):
                return answer
        return None

    def now(self) -> datetime:
        """The present as an aware UTC datetime."""
        return datetime.fromtimestamp(self.wall(), UTC)

    def topic(self, name: str, account: str, region: str) -> dict[str, Any]:
        """The remembered details of one topic in one account and region."""
        return self.remembered.setdefault((name, account, region), {})

    def clear(self) -> None:
        """Forget everything (the lock and the wall clock stay)."""
        self.progress = Progress()
        self.metrics.clear()
        self.remembered.clear()
        self.seeded.clear()
        self.behaviour.clear()
        self.refusals.clear()
