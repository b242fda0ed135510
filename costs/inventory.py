"""What the catalog's facts say a service runs: AWS items by fact key, with their identity as a Subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from costs.engine.findings import Subject
from services import facts
from services.facts import FactView
from services.models import Entity

KINDS = {
    "aws.asg": "asg",
    "aws.dynamodb": "dynamodb",
    "aws.elasticache": "elasticache",
    "aws.lambda": "lambda",
    "aws.ecs": "ecs",
    "aws.rds": "rds",
    "aws.opensearch": "opensearch",
    "aws.alb": "alb",
    "aws.eks": "eks",
}


@dataclass(frozen=True)
class Item:
    """One AWS resource of a service as the last discovery saw it; `fields` are those of its fact."""

    subject: Subject
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class ServiceInventory:
    """A service with its items by kind; `stale` names the fact keys that have expired."""

    service: Entity
    items: Mapping[str, Sequence[Item]]
    stale: tuple[str, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> Sequence[Item]:
        """The items of one kind; empty where there are none or their fact has expired."""
        return self.items.get(kind, ())


def inventories(services: Sequence[Entity]) -> list[ServiceInventory]:
    """The inventory of each service, in one query."""
    known = facts.bulk_current(services)
    return [_inventory(service, known.get(service.pk, {})) for service in services]


def _inventory(service: Entity, views: Mapping[str, FactView]) -> ServiceInventory:
    items: dict[str, list[Item]] = {}
    stale: list[str] = []
    for key, kind in KINDS.items():
        view = views.get(key)
        if view is None:
            continue
        if not view.fresh:
            stale.append(key)
            continue
        items[kind] = [Item(_subject(kind, row), row) for row in view.value.get("items", [])]
    return ServiceInventory(service, items, tuple(stale), service.annotations)


def _subject(kind: str, row: Mapping[str, Any]) -> Subject:
    return Subject(kind, row["name"], row.get("arn", ""), row["account"], row["region"])


def places(found: Sequence[ServiceInventory]) -> Iterator[tuple[str, str]]:
    """Every (account, region) that holds one of the items, in order."""
    seen = {
        (item.subject.account, item.subject.region)
        for inventory in found
        for items in inventory.items.values()
        for item in items
    }
    yield from sorted(seen)
