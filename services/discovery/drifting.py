"""The fact `catalog.drift`: a service's descriptor held against what this pass found in AWS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from services import facts, queries
from services.discovery.grouping import resource_name, verdict
from services.discovery.inventory import Found, Inventory
from services.discovery.record import SOURCE
from services.engine import drift
from services.models import Entity

KEY = "catalog.drift"
LIFE = timedelta(days=1)
# What a service keeps its data and messages in; what runs it, or lets requests in, is the service itself.
CHANNELS = frozenset({"queue", "topic"})
Views = Mapping[str, facts.FactView]


def publish(inventory: Inventory, check: Callable[[], None]) -> int:
    """Compare every service that has a descriptor; returns how many facts changed.

    `check` may raise to stop between two of them.
    """
    now = timezone.now()
    by_service: dict[str, list[Found]] = defaultdict(list)
    for entry in inventory.found:
        by_service[entry.service].append(entry)
    told = Entity.objects.services().filter(facts__key="catalog.descriptor", facts__valid_to=None)
    described = list(told.exclude(source=SOURCE))
    views = facts.bulk_current(described)
    declared = _declared(views)
    everything = [_resource(entry) for entry in inventory.resources]
    changed = 0
    for service in described:
        found = by_service.get(service.name, []) if service.namespace == "default" else []
        mine = declared.get(service.pk, [])
        if found or mine:
            check()
            value = _value(service, found, mine, everything, inventory)
            changed += facts.publish(service, KEY, value, source="aws", observed_at=now, expires_at=now + LIFE)
        elif KEY in views.get(service.pk, {}) and inventory.complete:
            changed += facts.retire(service, KEY)
    return changed


def _declared(views: Mapping[int, Views]) -> dict[int, list[drift.Resource]]:
    """The resources that each descriptor names in dependsOn, with their ARN where their own descriptor gives one."""
    wanted = {
        pk: [ref for ref in known["catalog.descriptor"].value.get("depends_on", ()) if ref.startswith("resource:")]
        for pk, known in views.items()
    }
    entities = queries.by_refs({ref for refs in wanted.values() for ref in refs})
    return {pk: [_named(ref, entities.get(ref)) for ref in refs] for pk, refs in wanted.items()}


def _named(ref: str, entity: Entity | None) -> drift.Resource:
    arn = entity.annotations.get("aws/arn", "") if entity else ""
    return drift.Resource(ref, ref.rpartition("/")[2], str(arn))


def _resource(found: Found) -> drift.Resource:
    said = found.said
    name = resource_name(found.resource.name, said.type or found.family.key, found.resource.arn)
    return drift.Resource(f"resource:default/{name}", found.resource.name, found.resource.arn)


def _value(
    service: Entity,
    found: Sequence[Found],
    declared: Sequence[drift.Resource],
    everything: Sequence[drift.Resource],
    inventory: Inventory,
) -> dict[str, Any]:
    """The fact. What cannot be known (no tag, a place that could not be read) has no entry, so checks answer unknown."""
    tagged = verdict(entry.tags for entry in found)
    said = drift.Word(service.owner_name, service.lifecycle, service.tier)
    seen = drift.Word(tagged.team, tagged.lifecycle, tagged.tier)
    differences = drift.words(said, seen)
    kinds = {one.kind for one in differences}
    value: dict[str, Any] = {"declared": len(declared)}
    if said.owner and seen.owner:
        value["owner_agrees"] = "owner" not in kinds
    if said.lifecycle and seen.lifecycle not in ("", "unknown"):
        value["lifecycle_agrees"] = "lifecycle" not in kinds
    if said.tier is not None and seen.tier is not None:
        value["tier_agrees"] = "tier" not in kinds
    if inventory.complete:
        gone = drift.missing(declared, everything)
        differences += gone
        value["missing"] = [one.subject for one in gone]
    leaned_on = [_resource(entry) for entry in found if entry.said.store or entry.said.type in CHANNELS]
    left_out = drift.undeclared(declared, leaned_on)
    value["undeclared"] = [one.subject for one in left_out]
    items = [asdict(one) for one in (*differences, *left_out)]
    return {**value, "items": items, "count": len(items)}


def newest(views: Views) -> tuple[dict[str, Any], datetime] | None:
    """The standing comparison with the moment it was made; None where there is none or it has expired."""
    view = views.get(KEY)
    return (view.value, view.observed_at) if view and view.fresh else None
