"""Files in the style of the public ones, and stand-ins for faults that another portal may have installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from chaos.faults.registry import ACCOUNT, REGION, Argument, Fault, Preview, faults
from chaos.formats import reading
from chaos.formats.report import Imported

NAMES = r"[A-Za-z0-9_./:-]{1,200}"
STAND_INS = {
    "instance-termination": ("group", "count", "zone"),
    "task-termination": ("cluster", "ecs_service", "count"),
    "aurora-failover": ("cluster",),
    "fis-template": ("template",),
    "ssm-latency": ("instance", "latency_ms"),
}


@pytest.fixture
def stand_ins() -> Iterator[None]:
    """Faults that do nothing, with the keys and arguments that imported files ask for."""
    with ExitStack() as stack:
        for key, names in STAND_INS.items():
            if faults.get(key) is not None:
                continue
            wanted = tuple(Argument(name, name, NAMES, "x") for name in names)
            fault = Fault(
                key=key, title=key, description="A stand-in.", kind=key, arguments=(ACCOUNT, REGION, *wanted),
                max_seconds=900, preview=lambda service, arguments: Preview({}, "Nothing."),
            )  # fmt: skip
            stack.enter_context(faults.temporarily(fault))
        yield


def python(module: str, func: str, **arguments: Any) -> dict[str, Any]:
    """A python provider."""
    return {"type": "python", "module": module, "func": func, "arguments": arguments}


METRIC = python(
    "chaosaws.cloudwatch.probes", "get_metric_data", namespace="AWS/ApplicationELB", metric_name="HealthyHostCount",
    dimension_name="LoadBalancer", dimension_value="app/search/1", statistic="Minimum", duration=120, period=60,
)  # fmt: skip


def toolkit(**parts: Any) -> dict[str, Any]:
    """A good experiment: one probe, one function that is switched off."""
    return {
        "version": "1.0.0",
        "title": "Suggestions may be gone",
        "description": "Search answers without its suggestions.",
        "configuration": {"aws_region": "us-east-1", "function": "suggest"},
        "steady-state-hypothesis": {
            "title": "Enough hosts stay healthy",
            "probes": [
                {
                    "type": "probe",
                    "name": "Healthy hosts",
                    "tolerance": {"type": "range", "range": [4, 1000000000000000]},
                    "provider": METRIC,
                }
            ],
        },
        "method": [
            {
                "type": "action",
                "name": "switch-suggest-off",
                "provider": python(
                    "chaosaws.awslambda.actions", "put_function_concurrency", function_name="${function}", concurrent_executions=0
                ),
                "pauses": {"after": 15},
            },
            {"type": "probe", "ref": "Healthy hosts"},
        ],
        "rollbacks": [
            {
                "type": "action",
                "name": "switch-suggest-on",
                "provider": python("chaosaws.awslambda.actions", "delete_function_concurrency", function_name="${function}"),
            }
        ],
        **parts,
    }  # fmt: skip


def action(name: str, provider: Any, **more: Any) -> dict[str, Any]:
    """An action of a method."""
    return {"type": "action", "name": name, "provider": provider, **more}


def read(data: Any) -> Imported:
    """Read an object as a JSON file with a line for every value."""
    return reading.read(json.dumps(data, indent=1).encode())


def said(imported: Imported, level: str = "refused") -> dict[str, list[str]]:
    """Sentences by path."""
    found: dict[str, list[str]] = {}
    for finding in imported.findings:
        if finding.level == level:
            found.setdefault(finding.path, []).append(finding.sentence)
    return found


Read = Callable[[Any], Imported]
