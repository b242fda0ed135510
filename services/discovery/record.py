"""Writing: what an inventory says becomes entities, relations and facts. One transaction for each service."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from services import facts
from services.discovery.grouping import resource_name, verdict
from services.discovery.inventory import Found, Inventory
from services.discovery.publish import publish
from services.models import Entity
from services.relations import Edge, connect, replace_edges

SOURCE = "discovery"
log = logging.getLogger(__name__)


def record(inventory: Inventory, check: Callable[[], None]) -> tuple[int, int]:
    """Write all services of the inventory; `check` may raise to stop between two of them.

    Returns how many services there are and how many facts changed.
    """
    now = timezone.now()
    by_service: dict[str, list[Found]] = defaultdict(list)
    for found in inventory.found:
        if found.service:
            by_service[found.service].append(found)
    known = Entity.objects.services().filter(namespace="default", facts__key="aws.account", facts__valid_to=None)
    changed = 0
    for name in sorted({*by_service, *known.values_list("name", flat=True)}):
        check()
        try:
            changed += _record_service(name, by_service.get(name, []), inventory, now)
        except IntegrityError:
            # Another discovery wrote the same service at the same moment; the next pass finds nothing to change.
            log.info("discovery of %s met another one", name)
    _forget_resources(inventory, now)
    return len(by_service), changed


def _record_service(name: str, found: Sequence[Found], inventory: Inventory, now: datetime) -> int:
    with transaction.atomic():
        component = _component(name, found)
        resources = [_resource(component, entry) for entry in found if entry.family.describe]
        edges = [
            edge for resource in resources for edge in _edges(resource, Edge(component.ref, "dependsOn", resource.ref))
        ]
        if component.source == SOURCE:
            edges += _edges(component)
        replace_edges(f"{SOURCE}:{component.pk}", edges, keep_others=not inventory.complete)
        return publish(component, found, inventory, now)


def _edges(entity: Entity, *more: Edge) -> list[Edge]:
    edges = list(more)
    if entity.owner_ref:
        edges.append(Edge(entity.ref, "ownedBy", entity.owner_ref))
    if entity.system_ref:
        edges.append(Edge(entity.ref, "partOf", entity.system_ref))
    return edges


def _component(name: str, found: Sequence[Found]) -> Entity:
    component = Entity.objects.by_ref(f"component:default/{name}").first()
    if component is None:
        component = Entity(kind="component", namespace="default", name=name, source=SOURCE)
    if component.source == SOURCE and found:
        said = verdict(entry.tags for entry in found)
        wanted = {
            "title": name,
            "type": "service",
            "lifecycle": said.lifecycle,
            "tier": said.tier,
            "owner_ref": f"group:default/{said.team}" if said.team else "",
        }
        _save_changed(component, wanted)
    return component


def _resource(component: Entity, entry: Found) -> Entity:
    resource = entry.resource
    said = entry.said
    name = resource_name(resource.name, said.type, resource.arn)
    entity = Entity.objects.by_ref(f"resource:default/{name}").first()
    if entity is None:
        entity = Entity(kind="resource", namespace="default", name=name, source=SOURCE)
    wanted = {
        "title": resource.name[:200],
        "description": f"{said.text}, {resource.region}",
        "type": said.type,
        "lifecycle": component.lifecycle,
        "owner_ref": component.owner_ref,
        "system_ref": component.system_ref,
        "annotations": {"aws/arn": resource.arn, "aws/account": resource.account, "aws/region": resource.region},
        "spec": {"type": said.type, "family": entry.family.key, "store": said.store, "detail": said.text},
    }
    _save_changed(entity, wanted)
    return entity


def _save_changed(entity: Entity, wanted: dict[str, Any]) -> None:
    """Save only where something differs, so that an unchanged world moves no `updated_at`."""
    new = entity.pk is None
    changed = [field for field, value in wanted.items() if getattr(entity, field) != value]
    if not changed and not new:
        return
    for field in changed:
        setattr(entity, field, wanted[field])
    entity.etag = facts.digest({**wanted, "ref": entity.ref})
    entity.save()
    if new:
        connect(entity)


def _forget_resources(inventory: Inventory, now: datetime) -> None:
    """Remove discovered resources that are gone from a place which could be read."""
    seen = {
        resource_name(entry.resource.name, entry.said.type, entry.resource.arn)
        for entry in inventory.found
        if entry.family.describe and entry.service
    }
    read = {
        (reading.scope.account.account_id, reading.scope.region, reading.family.key)
        for reading in inventory.readings
        if reading.state in {"ok", "partial"}
        and (reading.scope.account.account_id, reading.scope.region) not in inventory.untagged
    }
    discovered = Entity.objects.live().filter(kind="resource", source=SOURCE).only("name", "annotations", "spec")
    for entity in discovered:
        where = (entity.annotations.get("aws/account"), entity.annotations.get("aws/region"), entity.spec.get("family"))
        if entity.name in seen or where not in read:
            continue
        with transaction.atomic():
            entity.relations.all().delete()
            Entity.objects.filter(pk=entity.pk).update(removed_at=now)
