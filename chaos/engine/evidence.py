"""When evidence counts: for a time, on the version that was tried, and on the configuration of what the fault touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PLACE = ("name", "account", "region")
STABLE: Mapping[str, tuple[str, ...]] = {
    "aws.asg": ("minimum", "maximum", "zones", "health_check", "instance_types", "target_groups"),
    "aws.ecs": ("cluster", "launch_type", "deployment_controller", "minimum_healthy_percent", "capacity_providers"),
    "aws.alb": ("type", "scheme", "zones", "cross_zone", "vpc_id"),
    "aws.rds": ("engine", "engine_version", "cluster", "members", "multi_az", "instance_class", "serverless"),
    "aws.dynamodb": ("billing_mode", "replicas", "table_class"),
    "aws.elasticache": ("engine", "node_type", "nodes", "multi_az", "automatic_failover"),
    "aws.lambda": ("runtime", "memory_mb", "timeout_s", "in_vpc", "has_dead_letter", "sources"),
    "aws.sqs": ("dead_letter_arn", "max_receives", "visibility_s"),
    "aws.mesh": ("technology",),
}
"""Of each kind of resource what people configure. What moves by itself (how many run, what is healthy, which weight an
alias has) says nothing about whether the proof still holds."""
TOUCHED: Mapping[str, tuple[str, ...]] = {
    "zone": ("aws.asg", "aws.ecs", "aws.alb"),
    "region": ("aws.asg", "aws.ecs", "aws.alb"),
    "host": ("aws.asg", "aws.ecs"),
    "database": ("aws.rds", "aws.dynamodb"),
    "cache": ("aws.elasticache",),
    "function": ("aws.lambda",),
    "queue": ("aws.sqs",),
    "network": ("aws.asg", "aws.ecs", "aws.alb"),
    "dependency": ("aws.mesh", "aws.ecs"),
}
Items = Mapping[str, Sequence[Mapping[str, Any]]]


class Standing(StrEnum):
    """Where the evidence of one failure mode stands."""

    PROVEN = "proven"
    EXPIRED = "expired"
    VOID = "void"
    FAILED = "failed"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Told:
    """What a run told. `at` and `now` are epoch seconds elsewhere; here only the age counts."""

    passed: bool
    version: str
    configuration: str


def fingerprint(mode: str, items: Items) -> str:
    """The SHA-256 of what is configured of the resources that this mode touches; "" where there are none."""
    rows = {
        key: sorted((_stable(key, item) for item in items.get(key, ())), key=lambda row: json.dumps(row, default=str))
        for key in TOUCHED.get(mode, ())
    }
    if not any(rows.values()):
        return ""
    return hashlib.sha256(json.dumps(rows, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


def _stable(key: str, item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in (*PLACE, *STABLE[key]) if name in item}


def void_because(told: Told, version: str, configuration: str) -> str:
    """Why what was told no longer speaks of the service; "" where it does. What is not known changes nothing."""
    if told.version and version and told.version != version:
        return f"version {version} replaced {told.version}, on which it was proven"
    if told.configuration and configuration and told.configuration != configuration:
        return "the configuration of what the fault touched was changed since"
    return ""


def standing(told: Told | None, void: str, *, age_days: float, valid_days: float) -> Standing:
    """One word for one failure mode. A failure stays one until somebody proves the opposite."""
    if told is None:
        return Standing.NEVER
    if not told.passed:
        return Standing.FAILED
    if void:
        return Standing.VOID
    return Standing.EXPIRED if age_days >= valid_days else Standing.PROVEN
