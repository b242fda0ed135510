"""Fully serverless or not, what stands in the way, and how a request reaches the code."""

from __future__ import annotations

from typing import Any

from services.engine.request_path import ways
from services.engine.serverless import Part, Serverless
from services.kinds.judgement import Kinds

TITLES = {
    "full": "Fully serverless",
    "partly": "Partly serverless",
    "servers": "Runs on servers",
    "none": "No code was seen",
}
NOTES = {
    "full": "Nothing of it has a machine to size or patch.",
    "partly": "Some of it has machines to size or patch.",
    "servers": "Its code runs on machines that the team sizes and patches.",
    "none": "Discovery has found nothing that runs code for it.",
}
VERDICT = {
    "full": ("good", "cloud-check"),
    "partly": ("fair", "cloud"),
    "servers": ("neutral", "server-2"),
    "none": ("stale", "help-circle"),
}
ICONS = {
    "alb": "arrows-split", "nlb": "arrows-split", "private-api": "lock", "api": "route", "url": "link",
    "lattice": "topology-star-3", "connect": "topology-star-3", "mesh": "topology-star-3", "event": "webhook", "lambda": "lambda",
    "fargate": "container", "ecs": "container", "eks": "container", "ec2": "server-2", "apprunner": "container",
    "rds": "database", "dsql": "database", "dynamodb": "database", "timestream": "database", "cache": "bolt",
    "search": "search", "s3": "bucket", "sqs": "message",
}  # fmt: skip


def part(found: Kinds) -> dict[str, Any]:
    """What the card shows."""
    said, fronts = found.serverless, ways(found.items)
    state, icon = VERDICT[said.verdict]
    unique = {(way.kind, way.name): way for way in reversed(fronts)}
    return {
        "state": state,
        "icon": icon,
        "sentence": f"{TITLES[said.verdict]}.",
        "detail": _detail(said),
        "obstacles": [(ICONS[entry.kind], entry) for entry in said.obstacles],
        "fronts": [(ICONS[way.kind], way) for way in reversed(unique.values())],
        "ways": fronts,
        "code": _listed(said, "code"),
        "data": [*_listed(said, "store"), *_listed(said, "message")],
        "parts": [(ICONS[entry.kind], entry) for entry in said.parts],
    }


def _listed(said: Serverless, role: str) -> list[tuple[str, Part]]:
    return [(ICONS[entry.kind], entry) for entry in said.having(role)]


def _detail(said: Serverless) -> str:
    count = len(said.obstacles)
    if not count:
        return NOTES[said.verdict]
    return f"{count} part{' stands' if count == 1 else 's stand'} in the way, out of {len(said.parts)}."
