"""Synthetic canaries that are started and stopped, with a run a minute since the last two hours, computed from the time."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from portal.sandbox.backends import backend
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

EVERY = 60
DEFAULT_PAGE = 100
SPAN = 120
"""Runs that can be read back."""
FAILING = 0.01


def _run(canary: Any, minute: int) -> dict[str, Any]:
    """The run of one minute; the same minute always has the same outcome."""
    rng = random.Random(f"{canary.name}-{minute}")
    started, took = datetime.fromtimestamp(minute * EVERY, UTC), rng.uniform(1.5, 6.0)
    passed = rng.random() >= FAILING
    status: dict[str, str] = {"State": "PASSED" if passed else "FAILED", "TestResult": "PASSED" if passed else "FAILED"}
    if not passed:
        status |= {"StateReason": "The journey did not find the expected text.", "StateReasonCode": "CANARY_FAILURE"}
    run = f"{rng.getrandbits(128):032x}"
    return {
        "Id": run,
        "ScheduledRunId": run,
        "RetryAttempt": 0,
        "Name": canary.name,
        "Status": status,
        "Timeline": {"Started": started, "Completed": datetime.fromtimestamp(minute * EVERY + took, UTC)},
        "ArtifactS3Location": f"{canary.artifact_s3_location}{run}",
    }


def _canary(params: dict[str, Any], context: Context) -> Any:
    canary = backend("synthetics", context.account, context.region).canaries.get(params["Name"])
    if canary is None:
        raise Refused("ResourceNotFoundException", f"Canary {params['Name']} was not found.")
    return canary


@handles("synthetics", "StartCanary", "StopCanary")
def move_canary(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Start or stop the schedule at once; what moves already, or stands, is refused."""
    canary, wanted = _canary(params, context), "RUNNING" if context.operation == "StartCanary" else "STOPPED"
    if canary.state == wanted or (wanted == "STOPPED" and canary.state != "RUNNING"):
        raise Refused("ConflictException", f"Canary {canary.name} is in state {canary.state}.")
    canary.state = wanted
    return {}


@handles("synthetics", "GetCanaryRuns")
def get_canary_runs(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Finished runs of a canary, newest first; the token is the minute of the next one."""
    canary = _canary(params, context)
    newest = int(state.wall() // EVERY) - 1
    start, size = int(params.get("NextToken") or newest), int(params.get("MaxResults") or DEFAULT_PAGE)
    oldest = newest - SPAN
    minutes = range(start, max(oldest, start - size), -1)
    answer: dict[str, Any] = {"CanaryRuns": [_run(canary, minute) for minute in minutes]}
    if start - size > oldest:
        answer["NextToken"] = str(start - size)
    return answer
