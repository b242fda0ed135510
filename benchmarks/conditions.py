"""How many checks one CPU-second judges: evaluation must keep up with thousands of services."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
SERVICES = 200
SECONDS = 2.0
AT_LEAST = 50_000


def run() -> Iterator[Figure]:
    """Every bundled check against services with a dozen facts."""
    from scorecards.engine.check import compile_check, judge
    from scorecards.engine.evidence import Snapshot

    definitions = [
        entry for path in sorted(ROOT.glob("*/checks.yaml")) for entry in yaml.safe_load(path.read_text())["checks"]
    ]
    checks = [compile_check(entry) for entry in definitions]
    snapshots = [Snapshot(evidence(number), 1_800_000_000.0) for number in range(SERVICES)]
    judged, began = 0, time.process_time()
    while time.process_time() - began < SECONDS:
        for snapshot in snapshots:
            for check in checks:
                judge(check, snapshot)
        judged += len(snapshots) * len(checks)
    rate = judged / (time.process_time() - began)
    yield Figure("conditions: checks in the bundled files", len(checks), "checks", 20, more_is_better=True)
    yield Figure("conditions: judged per CPU-second", round(rate), "checks/s", AT_LEAST, more_is_better=True)


def evidence(number: int) -> dict[str, Any]:
    """Facts of one made-up service: good, bad and missing values in turn."""
    from scorecards.engine.evidence import Evidence

    good = number % 3 != 0
    values: dict[str, dict[str, Any]] = {
        "aws.lambda": {
            "items": [{"name": f"f{number}", "tracing": "Active" if good else "PassThrough", "timeout": 30}],
            "count": 1,
        },
        "aws.rds": {
            "items": [{"name": "db", "multi_az": good, "encrypted": True, "backup_retention": 7 * good}],
            "count": 1,
        },
        "aws.s3": {"items": [{"name": "b", "public_block": good, "versioning": "Enabled"}], "count": 1},
        "aws.sqs": {"items": [{"name": "q", "dlq": "dlq" if good else ""}], "count": 1},
        "aws.logs": {"items": [{"name": "l", "retention_days": 30 if good else None}], "count": 1},
        "aws.alarms": {"items": [], "count": 0},
        "aws.tags": {"items": [{"name": "t", "owner": "payments"}], "count": 1},
        "catalog.descriptor": {
            "has_owner": True,
            "has_docs": good,
            "has_runbook": False,
            "lifecycle": "production",
            "tier": 1,
        },
        "chaos.proof": {"passed": good, "at": "2026-11-20T10:00:00Z"},
        "costs.review": {"age_days": number % 40},
    }
    return {
        key: Evidence(key=key, value=value, observed_at=1_799_990_000.0, expires_at=1_800_100_000.0)
        for place, (key, value) in enumerate(values.items())
        if (number + place) % 7
    }
