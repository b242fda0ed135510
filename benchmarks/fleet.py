"""A fleet of 10,000 services with facts, and 50 checks that read them, for the benchmarks of the scorecards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from benchmarks.fact_sets import conditions, fact_sets

SERVICES, TEAMS, SYSTEMS = 10_000, 40, 400


def use_fifty_checks() -> None:
    """Let this process know these checks alone."""
    from scorecards import definitions

    checks = {one["id"]: one for one in (_check(number, tree) for number, tree in enumerate(conditions()))}
    loaded = definitions.Loaded("benchmarks", checks, (), frozenset(checks))
    definitions.load_all = lambda: [loaded]


def _check(number: int, tree: dict[str, Any]) -> dict[str, Any]:
    from scorecards.engine.check import LEVELS, PILLARS

    return {
        "id": f"benchmarks.check-{number:02}", "title": f"Check {number}", "why": "To measure.", "fix": "Nothing.",
        "pillar": PILLARS[number % 5], "level": LEVELS[number % 3], "weight": 1 + number % 10, "effort": 30, "when": tree,
    }  # fmt: skip


def fill(start: datetime, count: int = SERVICES) -> None:
    """Write the services and three facts of each, observed at `start`."""
    from portal import bulk
    from services.models import Entity, Fact

    groups = [_entity("group", f"team-{number:02}", start) for number in range(TEAMS)]
    services = [_service(number, start) for number in range(count)]
    Entity.objects.bulk_create([*groups, *services], batch_size=2_000)
    Fact.objects.bulk_create(_facts(services, start), batch_size=2_000)
    Entity.objects.filter(kind="component").update(facts_changed_at=start)
    bulk.settle(Entity, Fact)


def _entity(kind: str, name: str, at: datetime, **fields: Any) -> Any:
    from services.models import Entity

    return Entity(kind=kind, namespace="default", name=name, title=name, source="benchmark", created_at=at, **fields)


def _service(number: int, at: datetime) -> Any:
    system = number % SYSTEMS
    return _entity(
        "component", f"service-{number:05}", at, type="service", lifecycle="production", tier=1 + number % 3,
        owner_ref=f"group:default/team-{system % TEAMS:02}", system_ref=f"system:default/system-{system:03}",
    )  # fmt: skip


def _facts(services: list[Any], at: datetime) -> Iterator[Any]:
    from services.facts import digest
    from services.models import Fact

    for entity, known in zip(services, fact_sets(len(services)), strict=True):
        for key, value in known.items():
            yield Fact(
                entity=entity, key=key, value=value, sha256=digest(value), source="benchmark", valid_from=at,
                observed_at=at,
            )  # fmt: skip
