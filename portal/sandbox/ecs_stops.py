"""Stopped tasks of ECS services: their places stay empty for a while, then another task runs there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .state import State

REPLACED_AFTER = 8.0
"""Seconds until another task runs in the place of a stopped one."""
REMEMBERED = 3600.0
"""Seconds that ECS tells of a stopped task."""
Place = tuple[str, int]
"""(task definition, number of the task among those of the service)."""


@dataclass
class Stops:
    """Of one service: when a task was stopped in each place, and the stopped tasks by ARN with the time."""

    times: dict[Place, list[float]] = field(default_factory=dict)
    tasks: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)

    def stop(self, place: Place, task: dict[str, Any], now: float) -> None:
        """Remember that this task has gone from its place."""
        self.times.setdefault(place, []).append(now)
        self.tasks[task["taskArn"]] = (now, task)

    def generation(self, place: Place, now: float) -> int | None:
        """How many tasks were stopped in this place before the one that runs there, None while it is empty."""
        times = self.times.get(place, [])
        return None if times and now < times[-1] + REPLACED_AFTER else len(times)

    def empty(self, now: float) -> int:
        """How many places are empty."""
        return sum(1 for place in self.times if self.generation(place, now) is None)


def of(state: State, account: str, region: str, service: str) -> Stops:
    """What was stopped of a service, by its ARN."""
    known: Stops = state.topic("ecs.stops", account, region).setdefault(service, Stops())
    return known


def stopped(state: State, account: str, region: str) -> dict[str, dict[str, Any]]:
    """The stopped tasks of all services by ARN, for as long as ECS tells of them."""
    now = state.wall()
    known = state.topic("ecs.stops", account, region).values()
    return {arn: task for one in known for arn, (at, task) in one.tasks.items() if now < at + REMEMBERED}
