"""10,000 fact sets and 50 conditions, the same each time: what a fleet looks like to the condition engine."""

from __future__ import annotations

import random
from typing import Any

REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
ENGINES = ("postgres", "mysql", "aurora-postgresql", None)


def fact_sets(count: int) -> list[dict[str, dict[str, Any]]]:
    """Facts by key, three facts of nine fields each; a number in five is null, none is missing."""
    chance = random.Random(11)
    return [_facts(chance) for _ in range(count)]


def _facts(chance: random.Random) -> dict[str, dict[str, Any]]:
    def number(top: int) -> int | None:
        return None if chance.random() < 0.2 else chance.randrange(top)

    def share() -> float:
        return round(chance.random(), 2)

    return {
        "aws.rds": {
            "storage": {"encrypted": chance.random() < 0.8, "gigabytes": number(500), "type": "gp3"},
            "backup": {"days": number(35), "copied": chance.random() < 0.3},
            "engine": chance.choice(ENGINES), "zones": number(4), "public": chance.random() < 0.1, "cpu": share(),
        },
        "deployments.last": {
            "rollout": {"automatic": chance.random() < 0.5, "minutes": number(90), "segments": number(6)},
            "canary": {"share": share(), "verdict": chance.choice(("pass", "fail", "inconclusive"))},
            "region": chance.choice(REGIONS), "failed": number(5), "hours": number(400), "signed": chance.random() < 0.5,
        },
        "catalog.descriptor": {
            "owner": {"name": chance.choice(("payments", "search", "")), "oncall": chance.random() < 0.7},
            "docs": {"age": number(700), "runbook": chance.random() < 0.6}, "tier": number(4),
            "links": number(8), "lifecycle": chance.choice(("production", "experimental")), "score": share(),
        },
    }  # fmt: skip


def conditions() -> list[dict[str, Any]]:
    """Fifty trees, one leaf to four, with `all`, `any` and `not`."""
    return [shape(number) for number in range(10) for shape in (_leaf, _all, _any, _not, _nested)]


def _is(path: str, op: str, value: Any) -> dict[str, Any]:
    return {"path": path, "op": op, "value": value}


def _leaf(number: int) -> dict[str, Any]:
    return _is("aws.rds.backup.days", "gte", 3 * number)


def _all(number: int) -> dict[str, Any]:
    return {
        "all": [
            _is("aws.rds.storage.encrypted", "eq", True),
            _is("aws.rds.engine", "in", ["postgres", "aurora-postgresql"]),
            _is("aws.rds.zones", "gte", number % 4),
        ]
    }


def _any(number: int) -> dict[str, Any]:
    return {
        "any": [
            _is("deployments.last.rollout.minutes", "lt", 9 * number),
            _is("deployments.last.canary.verdict", "eq", "pass"),
        ]
    }


def _not(number: int) -> dict[str, Any]:
    return {"not": {"all": [_is("catalog.descriptor.docs.age", "gt", 70 * number), _is("aws.rds.public", "eq", False)]}}


def _nested(number: int) -> dict[str, Any]:
    return {
        "all": [
            _is("catalog.descriptor.lifecycle", "ne", "experimental"),
            {
                "any": [
                    _is("catalog.descriptor.tier", "lte", number % 4),
                    _is("catalog.descriptor.owner.oncall", "eq", True),
                ]
            },
            {"not": _is("deployments.last.failed", "gt", number % 5)},
        ]
    }
