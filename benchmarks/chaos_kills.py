"""Workers that are killed, and runs that are aborted: seconds until AWS sees the undo."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.chaos_fleet import make_functions
from benchmarks.chaos_stage import Stage, staged
from portal.sandbox.gate import Gate
from portal.sandbox.server import start_thread

KILLS, ABORTS = 2, 5
"""How often each is tried."""
LATER = 2.0
"""Seconds after an abort from which no step may begin."""
WATCHED = 8.0
"""Seconds in which such a step would be seen."""


@dataclass
class Seen:
    """Seconds; `first_undo` by moment, the worst of its tries."""

    first_undo: dict[str, float] = field(default_factory=dict)
    after_abort: list[float] = field(default_factory=list)
    steps_after_abort: int = 0
    decision_age: list[float] = field(default_factory=list)


def measure(variables: dict[str, str]) -> Seen:
    """Everything, one run after the other, each on a service of its own."""
    seen, runs = Seen(), 3 * KILLS + ABORTS + 1
    with ExitStack() as stack:
        sandbox = start_thread()
        stack.callback(sandbox.stop)
        sandbox.reset()
        make_functions(sandbox.url, runs)
        stage = stack.enter_context(staged(variables | {"AWS_ENDPOINT_URL": sandbox.url}, Gate(sandbox), runs))
        for _ in range(ABORTS):
            seen.after_abort.append(abort(stage))
            seen.decision_age.append(decision_age(stage))
        seen.steps_after_abort = abort_before_the_fault(stage)
        for _ in range(KILLS):
            for moment, call in {"arming": "apply", "proving the fault": "look", "observing": "measure"}.items():
                took = kill(stage, call)
                seen.first_undo[moment] = max(took, seen.first_undo.get(moment, 0.0))
    return seen


def kill(stage: Stage, call: str) -> float:
    """Kill the worker while this call of a run is on its way; the call itself lands."""
    began = time.monotonic()
    first = "measure" if call == "apply" else "apply"
    stage.hold(first)
    run = stage.next_run()
    stage.wait_for(first, began)
    stage.hold(call)
    reached = time.monotonic()
    stage.open(first)
    stage.wait_for(call, reached)
    killed = time.monotonic()
    stage.kill_holder(run)
    stage.open(call)
    undone = stage.wait_for("undo", killed) - killed
    stage.reach(run, "ended", "verifying")
    return undone


def abort(stage: Stage) -> float:
    """Abort a run that observes."""
    run = stage.next_run()
    stage.reach(run, "observing")
    asked = time.monotonic()
    stage.abort(run)
    return stage.wait_for("undo", asked) - asked


def abort_before_the_fault(stage: Stage) -> int:
    """Abort while the target is looked at right before the fault; how many faults begin later than they may."""
    began = time.monotonic()
    stage.hold("measure")
    run = stage.next_run()
    stage.wait_for("measure", began)
    stage.hold("look")
    looked = time.monotonic()
    stage.open("measure")
    stage.wait_for("look", looked)
    asked = time.monotonic()
    stage.abort(run)
    time.sleep(LATER)
    stage.open("look")
    time.sleep(WATCHED)
    return len(stage.gate_calls("apply", asked + LATER))


def decision_age(stage: Stage) -> float:
    """An upper bound for the newest run: its guards are asked between the last look at the target and the fault."""
    applied = stage.gate_calls("apply")[-1]
    return applied - max(at for at in stage.gate_calls("look") if at < applied)
