"""CodePipeline executions in motion: stages one after the other, transitions that can be closed, approvals that wait."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from . import backends
from .parts import Pipeline, Service
from .state import State

STAGE_SECONDS = 8.0
"""Time that a stage takes, except an approval, which waits for a person."""
DAY = 86_400.0
STANDARD, ROLLBACK = "STANDARD", "ROLLBACK"


@dataclass
class Entry:
    """One execution in one stage: times in seconds since the epoch; `token` only while an approval waits."""

    entered: float
    left: float | None = None
    status: str = "InProgress"
    token: str = ""
    summary: str = ""


@dataclass
class Execution:
    """One run through the stages; `stage` is the index of the stage that it is in or waits for.

    A ROLLBACK runs through one stage only, with the revision of `target`.
    """

    id: str
    started: float
    trigger: str = "StartPipelineExecution"
    detail: str = ""
    status: str = "InProgress"
    reason: str = ""
    updated: float = 0.0
    stage: int = 0
    kind: str = STANDARD
    target: str = ""
    revision: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether it still moves."""
        return self.status in ("InProgress", "Stopping")


@dataclass
class Transition:
    """Whether executions may enter (or leave) a stage."""

    enabled: bool = True
    reason: str = ""
    changed_by: str = ""
    changed_at: float = 0.0


@dataclass
class Line:
    """What the sandbox knows beyond moto about one pipeline."""

    executions: list[Execution] = field(default_factory=list)
    transitions: dict[str, Transition] = field(default_factory=dict)
    """The ways into stages."""
    exits: dict[str, Transition] = field(default_factory=dict)
    """The ways out of stages."""


def lines(state: State, account: str, region: str) -> dict[str, Line]:
    """Lines by pipeline name."""
    return state.topic("codepipeline.lines", account, region)


def definition(account: str, region: str, name: str) -> dict[str, Any] | None:
    """moto's pipeline declaration, None when there is none."""
    found = backends.backend("codepipeline", account, region).pipelines.get(name)
    return dict(found.pipeline) if found else None


def line_of(state: State, account: str, region: str, name: str) -> Line:
    """The line of a pipeline, made when first asked for."""
    return lines(state, account, region).setdefault(name, Line())


def start(state: State, line: Line, trigger: str = "StartPipelineExecution") -> Execution:
    """Begin an execution."""
    identifier = str(uuid.uuid4())
    execution = Execution(identifier, state.wall(), trigger, updated=state.wall(), revision=identifier[-12:])
    line.executions.append(execution)
    return execution


def is_approval(stage: dict[str, Any]) -> bool:
    """Whether a stage holds a manual approval."""
    return any(action["actionTypeId"]["category"] == "Approval" for action in stage["actions"])


def advance(state: State, account: str, region: str, name: str) -> Line:
    """Bring all executions of a pipeline up to the present moment, the oldest first."""
    declared, line = definition(account, region, name), line_of(state, account, region, name)
    for execution in line.executions:
        while declared and execution.active and _step(state.wall(), line, execution, declared["stages"]):
            pass
    return line


def advance_all(state: State) -> None:
    """Advance the pipelines of all accounts and regions."""
    for topic, account, region in list(state.remembered):
        if topic == "codepipeline.lines":
            for name in list(lines(state, account, region)):
                advance(state, account, region, name)


def _step(now: float, line: Line, execution: Execution, stages: list[dict[str, Any]]) -> bool:
    """One move of an execution: into a stage or out of it; False when it has to wait."""
    stage = stages[execution.stage]
    entry = execution.entries.get(stage["name"])
    if entry is None:
        return _enter(now, line, execution, stage)
    if is_approval(stage) and entry.status == "InProgress":
        return False
    if entry.status == "InProgress":
        if now - entry.entered < STAGE_SECONDS:
            return False
        entry.status, entry.left = "Succeeded", entry.entered + STAGE_SECONDS
    execution.updated = entry.left or now
    if entry.status != "Succeeded" or execution.status == "Stopping":
        execution.status = "Failed" if entry.status == "Failed" else "Stopped"
    elif execution.stage + 1 == len(stages) or execution.kind == ROLLBACK:
        execution.status = "Succeeded"
    elif not line.exits.get(stage["name"], Transition()).enabled:
        return False
    else:
        execution.stage += 1
    return True


def _enter(now: float, line: Line, execution: Execution, stage: dict[str, Any]) -> bool:
    if not line.transitions.get(stage["name"], Transition()).enabled:
        return False
    if any(other.active and other is not execution and _inside(other, stage["name"]) for other in line.executions):
        return False
    opened = line.transitions.get(stage["name"], Transition()).changed_at
    token = str(uuid.uuid4()) if is_approval(stage) else ""
    execution.entries[stage["name"]] = Entry(entered=min(now, max(execution.updated, opened)), token=token)
    return True


def _inside(execution: Execution, stage: str) -> bool:
    entry = execution.entries.get(stage)
    return entry is not None and entry.status == "InProgress"


def waiting(execution: Execution, stages: list[dict[str, Any]]) -> str:
    """Name of the stage that an execution waits to enter, "" when it is inside one or done."""
    name = str(stages[execution.stage]["name"])
    return name if execution.active and name not in execution.entries else ""


def past(state: State, service: Service) -> None:
    """Ten days of earlier executions of a seeded service's pipeline, one of them failed, then one that runs now."""
    if not any(isinstance(part, Pipeline) for part in service.parts):
        return
    rng, line = random.Random(service.name), line_of(state, service.account, service.region, service.name)
    declared = definition(service.account, service.region, service.name) or {"stages": []}
    for day in range(10, 0, -1):
        began = state.wall() - day * DAY + rng.uniform(0, DAY / 4)
        failed = day == 4
        identifier = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        execution = Execution(identifier, began, "PollForSourceChanges", revision=identifier[-12:])
        for number, stage in enumerate(declared["stages"]):
            last = number + 1 == len(declared["stages"])
            entered = began + number * 240
            execution.stage = number
            execution.entries[stage["name"]] = Entry(
                entered, entered + 200, "Failed" if failed and last else "Succeeded"
            )
        execution.status, execution.updated = "Failed" if failed else "Succeeded", began + len(declared["stages"]) * 240
        line.executions.append(execution)
    start(state, line, "PollForSourceChanges")
