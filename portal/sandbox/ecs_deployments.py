"""ECS service deployments in motion: begun by UpdateService, stopped by people, alarms and the circuit breaker, rolled back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import backends, ecs_stages, ecs_traffic
from .ecs_stages import Position
from .ecs_traffic import Wires
from .rollout import SPEED
from .state import State

RUNNING = ("PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
FORWARD = ("PENDING", "IN_PROGRESS")
ROLLBACK_SECONDS = 6.0
FAILURE_EVERY = 2.0
"""Seconds between two tasks of a broken version that fail to start."""


@dataclass
class Move:
    """One service deployment from a task definition to another."""

    arn: str
    service: str
    cluster: str
    source: str
    target: str
    desired: int
    configuration: dict[str, Any]
    started: float
    status: str = "IN_PROGRESS"
    reason: str = ""
    failures: int = 0
    halted: float = 0.0
    finished: float = 0.0
    triggered: list[str] = field(default_factory=list)
    released: dict[str, float] = field(default_factory=dict)
    wires: Wires | None = None

    def position(self, now: float) -> Position:
        """Where it is, or where it was when it was stopped."""
        return ecs_stages.position(self.configuration, (self.halted or now) - self.started, self.released)

    def share(self, now: float) -> float:
        """Share (0 to 1) of the traffic, or of the tasks where they are rolled, on the new version."""
        if self.status == "SUCCESSFUL":
            return 1.0
        if self.status.startswith("ROLLBACK"):
            return 0.0
        return 0.0 if self.failures else self.position(now).share


def moves(state: State, account: str, region: str, service: str) -> list[Move]:
    """The deployments of a service that were begun here, oldest first, as of now."""
    kept: list[Move] = state.topic("ecs.moves", account, region).setdefault(service, [])
    for move in kept:
        if move.status in RUNNING:
            _advance(state, account, region, move)
            if move.wires is not None:
                ecs_traffic.shift(account, region, move.wires, move.share(state.wall()))
    return kept


def advance_all(state: State) -> None:
    """Advance the deployments of all accounts and regions."""
    for topic, account, region in list(state.remembered):
        if topic == "ecs.moves":
            for service in list(state.topic("ecs.moves", account, region)):
                moves(state, account, region, service)


def begin(state: State, account: str, region: str, service: Any, source: str, configuration: dict[str, Any]) -> Move:
    """Start a deployment; one that still runs is superseded by it."""
    known = moves(state, account, region, service.arn)
    for older in known:
        if older.status in RUNNING:
            older.status, older.finished, older.reason = "STOPPED", state.wall(), "A newer deployment took its place."
            older.halted = older.halted or state.wall()
    name = service.arn.replace(":service/", ":service-deployment/") + f"/{len(known) + 1:020d}"
    move = Move(
        name, service.arn, service.cluster_arn, source, service.task_definition, service.desired_count,
        dict(configuration), state.wall(), wires=ecs_traffic.wires(state, account, region, service.arn),
    )  # fmt: skip
    known.append(move)
    return move


def halt(state: State, account: str, region: str, move: Move, reason: str, *, rollback: bool) -> None:
    """Stop a running deployment; with `rollback` the service has its earlier task definition again."""
    move.halted, move.reason = state.wall(), reason
    if not rollback:
        move.status, move.finished = "STOPPED", state.wall()
        return
    move.status = "ROLLBACK_IN_PROGRESS"
    service = _service(account, region, move.service)
    if service is not None:
        service.task_definition = move.source


def _advance(state: State, account: str, region: str, move: Move) -> None:
    now = state.wall()
    if move.status not in FORWARD:
        if now >= move.halted + ROLLBACK_SECONDS:
            move.status, move.finished = "ROLLBACK_SUCCESSFUL", move.halted + ROLLBACK_SECONDS
        return
    found = move.position(now)
    breaker, alarms = (move.configuration.get(key) or {} for key in ("deploymentCircuitBreaker", "alarms"))
    if move.target in state.topic("ecs.failing", account, region):
        move.failures = int((now - move.started) / FAILURE_EVERY)
        if breaker.get("enable") and move.failures >= ecs_stages.threshold(breaker, move.desired):
            reason = "ECS deployment circuit breaker: tasks failed to start."
            halt(state, account, region, move, reason, rollback=bool(breaker.get("rollback")))
        return
    move.triggered = _ringing(account, region, alarms)
    if move.triggered:
        reason = f"The alarm {move.triggered[0]} is in state ALARM."
        halt(state, account, region, move, reason, rollback=bool(alarms.get("rollback")))
    elif found.hook >= 0:
        _time_out(state, account, region, move, found)
    elif found.done:
        move.status, move.finished = "SUCCESSFUL", now


def expiry(move: Move, found: Position) -> float:
    """When the hook that a deployment waits for gives up, in seconds since the epoch."""
    timeout = move.configuration["lifecycleHooks"][found.hook].get("timeoutConfiguration") or {}
    return move.started + found.since + float(timeout.get("timeoutInMinutes", 1440)) * 60 / SPEED


def release(state: State, move: Move, hook: int) -> None:
    """Let a waiting deployment go on."""
    move.released[f"{hook}"] = state.wall() - move.started


def _time_out(state: State, account: str, region: str, move: Move, found: Position) -> None:
    if state.wall() < expiry(move, found):
        return
    timeout = move.configuration["lifecycleHooks"][found.hook].get("timeoutConfiguration") or {}
    if timeout.get("action", "ROLLBACK") == "CONTINUE":
        release(state, move, found.hook)
    else:
        halt(state, account, region, move, "Nobody answered the lifecycle hook in time.", rollback=True)


def _ringing(account: str, region: str, alarms: dict[str, Any]) -> list[str]:
    if not alarms.get("enable"):
        return []
    known = backends.backend("cloudwatch", account, region).alarms
    return [name for name in alarms.get("alarmNames", []) if name in known and known[name].state_value == "ALARM"]


def _service(account: str, region: str, arn: str) -> Any:
    services = backends.backend("ecs", account, region).services.values()
    return next((one for one in services if one.arn == arn), None)
