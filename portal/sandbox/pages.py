"""The sandbox's own pages under /_sandbox/: status for the launcher, marks and history for the seeding."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.moto_api._internal import mock_random
from werkzeug.wrappers import Response

from . import commands, history, pipelines
from .organisation import BY_NAME
from .requests import Environ, keep_body
from .state import State

Page = Callable[[State, dict[str, Any]], dict[str, Any]]


def status(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """{"seeded", "total", "ready", "text"} of the seeding."""
    now = state.progress
    return {"seeded": now.seeded, "total": now.total, "ready": now.ready, "text": now.text}


def progress(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """Take over how far the seeding is."""
    state.progress.report(int(body["seeded"]), int(body["total"]), str(body["text"]))
    return {}


def begin(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """Whether something (a service, an account, a region) was seeded before."""
    return {"present": body["mark"] in state.seeded}


def finish(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """Mark it as seeded; a service also gets its metric history and earlier pipeline runs. Ids are random again."""
    service = BY_NAME.get(body["mark"])
    if service is not None:
        history.load(state, service)
        pipelines.past(state, service)
    state.seeded.add(body["mark"])
    mock_random.seed(None)
    return {}


def behave(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """Let a Lambda version fail or slow down from now on: {"function", "version", "error_rate": 0..1, "latency": ms}."""
    state.behaviour[body["function"], str(body["version"])] = (float(body["error_rate"]), float(body["latency"]))
    return {}


def health(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """Say how a target or task is from now on: {"account", "region", "of", "id", "state", "reason", "description"}.

    "of" is the target group's ARN, or the ECS service's; "state": "" lets it be as it would be by itself.
    """
    said, key = state.topic("health", str(body["account"]), str(body["region"])), f"{body['of']} {body['id']}"
    if not body["state"]:
        said.pop(key, None)
        return {}
    told = {"Reason": body.get("reason", ""), "Description": body.get("description", "")}
    said[key] = {"State": str(body["state"])} | {name: text for name, text in told.items() if text}
    return {}


def fail_tasks(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """Let the tasks of a task definition fail to start: {"account", "region", "task_definition"}; "fails": false ends it."""
    failing = state.topic("ecs.failing", str(body["account"]), str(body["region"]))
    if body.get("fails", True):
        failing[str(body["task_definition"])] = True
    else:
        failing.pop(str(body["task_definition"]), None)
    return {}


def codedeploy(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """Hosts and hooks that fail, and hooks that wait for PutLifecycleEventHookExecutionStatus.

    {"account", "region", "application", "failing": [instance id or lifecycle event], "held": [lifecycle event]}.
    """
    for what in ("failing", "held"):
        names = [str(name) for name in body.get(what, [])]
        state.topic(f"codedeploy.{what}", str(body["account"]), str(body["region"]))[body["application"]] = names
    return {}


def refuse(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """Refuse an operation from now on: {"service", "operation", "account", "region"}, "" or absent for all of them.

    "code" is the AWS error, AccessDeniedException without it, and "status" its HTTP status, 400; "code": "" ends it.
    """
    key = (*(str(body.get(part) or "") for part in ("service", "operation", "account", "region")),)
    service, operation, account, region = key
    code = str(body.get("code", "AccessDeniedException"))
    if code:
        state.refusals[service, operation, account, region] = (code, int(body.get("status", 400)))
    else:
        state.refusals.pop((service, operation, account, region), None)
    return {"refusals": len(state.refusals)}


def hosts(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """What hosts answer to SSM commands from now on: {"host": id or "*", "status": Success, Failed or silent, "code",
    "stdout", "stderr", "after": seconds}."""
    told = {key: body[key] for key in ("status", "code", "stdout", "stderr", "after") if key in body}
    commands.tell(state, str(body.get("host", commands.EVERY_HOST)), commands.HostAnswer(**told))
    return {}


PAGES: dict[tuple[str, str], Page] = {
    ("GET", "/_sandbox/status"): status,
    ("POST", "/_sandbox/progress"): progress,
    ("POST", "/_sandbox/begin"): begin,
    ("POST", "/_sandbox/finish"): finish,
    ("POST", "/_sandbox/behaviour"): behave,
    ("POST", "/_sandbox/health"): health,
    ("POST", "/_sandbox/tasks"): fail_tasks,
    ("POST", "/_sandbox/codedeploy"): codedeploy,
    ("POST", "/_sandbox/refuse"): refuse,
    ("POST", "/_sandbox/hosts"): hosts,
}


def answer(state: State, environ: Environ) -> Response:
    """The page as JSON; 404 for an unknown one, 400 for a body that it cannot use."""
    page = PAGES.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
    if page is None:
        return _json({"message": "No such page."}, 404)
    try:
        with state.lock:
            return _json(page(state, json.loads(keep_body(environ) or b"{}")))
    except (KeyError, ValueError, TypeError) as error:
        return _json({"message": f"Not usable: {error!r}"}, 400)


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content), status=status, content_type="application/json")
