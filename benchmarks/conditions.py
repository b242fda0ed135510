"""How many checks one CPU-second judges: evaluation must keep up with thousands of services."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
SERVICES, ITEMS = 60, 3
SECONDS = 2.0
NOW = 1_800_000_000.0
AT_LEAST = 50_000


def run() -> Iterator[Figure]:
    """Every bundled check against services that carry every fact the checks ask for, three resources of each type."""
    from scorecards.engine.check import FAIL, PASS, compile_check, judge
    from scorecards.engine.evidence import Snapshot

    definitions = [
        one for path in sorted(ROOT.glob("*/checks.yaml")) for one in yaml.safe_load(path.read_text())["checks"]
    ]
    checks = [compile_check(one) for one in definitions]
    snapshots = [Snapshot(evidence(checks, good=number % 3 != 0), NOW) for number in range(SERVICES)]
    states = Counter(judge(check, snapshot) for snapshot in snapshots for check in checks)
    decided = (states[PASS] + states[FAIL]) / states.total()
    judged, began = 0, time.process_time()
    while time.process_time() - began < SECONDS:
        for snapshot in snapshots:
            for check in checks:
                judge(check, snapshot)
        judged += len(snapshots) * len(checks)
    rate = judged / (time.process_time() - began)
    yield Figure("conditions: checks in the bundled files", len(checks), "checks", 20, more_is_better=True)
    yield Figure("conditions: share that passes or fails here", round(100 * decided), "%", 60, more_is_better=True)
    yield Figure("conditions: judged per CPU-second", round(rate), "checks/s", AT_LEAST, more_is_better=True)


def evidence(checks: list[Any], *, good: bool) -> dict[str, Any]:
    """A fact for every key, with a value at every path: the one the check wants, or another one."""
    from scorecards.engine.conditions import leaves
    from scorecards.engine.evidence import Evidence

    values: dict[str, dict[str, Any]] = {}
    for check in checks:
        for node in filter(None, (check.applies, check.when)):
            for leaf in leaves(node):
                place(values.setdefault(leaf.path.key, {}), leaf.path.steps, wanted(leaf) if good else None)
    return {key: Evidence(key=key, value=value, observed_at=NOW - 60) for key, value in values.items()}


def place(value: dict[str, Any], steps: tuple[str, ...], content: Any) -> None:
    """Put the content at the end of the steps; a star stands for a list of three elements."""
    if not steps:
        return
    name, *rest = steps
    starred = rest[:1] == ["[*]"]
    if starred or name == "items":
        if not isinstance(value.get(name), list):
            value[name] = [{"name": f"r{number}"} for number in range(ITEMS)]
        for item in value[name] if len(rest) > 1 else []:
            place(item, tuple(rest[1:]), content)
    elif rest:
        inner = value.setdefault(name, {})
        if isinstance(inner, dict):
            place(inner, tuple(rest), content)
    else:
        value.setdefault(name, content)


def wanted(leaf: Any) -> Any:
    """A value that the leaf is content with, as far as its operator says."""
    if leaf.op == "within_days":
        return "2027-01-15T00:00:00Z"
    if leaf.op in ("in", "contains"):
        return leaf.value[0] if isinstance(leaf.value, list) else leaf.value
    return leaf.value if leaf.value is not None else "x"
