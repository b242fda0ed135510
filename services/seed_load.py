"""A large catalog for benchmarks: the same rows for the same numbers, written in bulk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from services.facts import digest
from services.models import Entity, Fact
from services.storing import revision

TEAMS, SYSTEMS_PER_TEAM, BATCH = 40, 3, 2000
CHANGE_EVERY_DAYS = 10


def seed_load(count: int, *, start: datetime, days: int = 0, seed: int = 7) -> tuple[int, int]:
    """Write `count` services with their teams and systems, and facts that change every ten days of `days`.

    Returns how many services and facts were written.
    """
    chance = random.Random(seed)  # noqa: S311 equal rows are wanted, not secrets
    teams = [_entity("group", f"team-{number:02}", start) for number in range(TEAMS)]
    systems = [
        _entity("system", f"system-{number:03}", start, owner=teams[number % TEAMS].ref)
        for number in range(TEAMS * SYSTEMS_PER_TEAM)
    ]
    services = [_service(number, systems, start, chance) for number in range(count)]
    Entity.objects.bulk_create([*teams, *systems, *services], batch_size=BATCH)
    rows = [fact for entity in services for fact in _facts(entity, start, days, chance)]
    Fact.objects.bulk_create(rows, batch_size=BATCH)
    Entity.objects.filter(source="seed_load", kind="component").update(facts_changed_at=start + timedelta(days=days))
    revision.bump()  # else every list would read the whole catalog anew for its facets
    return len(services), len(rows)


def _entity(kind: str, name: str, at: datetime, owner: str = "", **fields: Any) -> Entity:
    return Entity(
        kind=kind, namespace="default", name=name, owner_ref=owner, source="seed_load", created_at=at, **fields
    )


def _service(number: int, systems: list[Entity], at: datetime, chance: random.Random) -> Entity:
    system = systems[number % len(systems)]
    fields = {"type": "service", "lifecycle": "production", "tier": chance.choice([1, 2, 3])}
    name = f"service-{number:05}"
    return _entity("component", name, at, system.owner_ref, title=name, system_ref=system.ref, **fields)


def _facts(entity: Entity, start: datetime, days: int, chance: random.Random) -> Iterator[Fact]:
    """Closed intervals for the past and one open interval, for each of four keys."""
    for key in ("aws.lambda", "aws.logs", "aws.tags", "catalog.descriptor"):
        moments = [start + timedelta(days=day) for day in range(0, days + 1, CHANGE_EVERY_DAYS)]
        for place, moment in enumerate(moments):
            value = _value(key, entity.name, chance)
            until = moments[place + 1] if place + 1 < len(moments) else None
            yield Fact(
                entity=entity, key=key, value=value, sha256=digest(value), source="seed_load",
                valid_from=moment, observed_at=moment, valid_to=until,
            )  # fmt: skip


def _value(key: str, name: str, chance: random.Random) -> dict[str, Any]:
    if key == "catalog.descriptor":
        return {"has_owner": True, "has_docs": chance.random() < 0.6, "has_runbook": chance.random() < 0.4, "tier": 2}
    item: dict[str, Any] = {"name": name, "arn": f"arn:aws:lambda:eu-west-1:111111111111:function:{name}"}
    item |= {"account": "111111111111", "region": "eu-west-1"}
    item |= {
        "tracing": chance.choice(["Active", "PassThrough"]),
        "retention_days": chance.choice([None, 30]),
        "owner": "team",
    }
    return {"items": [item], "count": 1}
