"""Writing: what an inventory says becomes entities, relations and facts. One transaction for each service."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from services.descriptors.edges import edges as said_edges
from services.descriptors.ends import Edge
from services.discovery.grouping import resource_name, verdict
from services.discovery.inventory import Found, Inventory
from services.discovery.publish import publish
from services.models import Entity
from services.storing import documents, write
from services.storing.history import Author
from services.storing.relations import replace_edges

SOURCE = "discovery"
AUTHOR = Author(SOURCE, SOURCE)
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
    _forget_resources(inventory)
    documents.refresh()
    return len(by_service), changed


def _record_service(name: str, found: Sequence[Found], inventory: Inventory, now: datetime) -> int:
    with transaction.atomic():
        component = _component(name, found)
        resources = [_resource(component, entry) for entry in found if entry.family.describe]
        write.store(resources, AUTHOR)
        edges = [Edge(component.ref, "dependsOn", resource.ref) for resource in resources]
        replace_edges({f"{SOURCE}:{component.pk}": edges}, keep_others=not inventory.complete)
        return publish(component, found, inventory, now)


def _component(name: str, found: Sequence[Found]) -> Entity:
    """The service's entity. Somebody's descriptor stands above what the tags say."""
    ref = f"component:default/{name}"
    component = Entity.objects.by_ref(ref).first()
    if component is not None and (component.source != SOURCE or not found):
        return component
    said = verdict(entry.tags for entry in found)
    spec = {"type": "service", "lifecycle": said.lifecycle, "tier": said.tier}
    stored = write.store([_wanted("Component", name, {"title": name}, spec, _team(said.team))], AUTHOR)
    return [*stored.written, *stored.same][0]


def _team(name: str) -> str:
    return f"group:default/{name}" if name else ""


def _resource(component: Entity, entry: Found) -> write.Wanted:
    resource, said = entry.resource, entry.said
    metadata = {
        "title": resource.name[:200],
        "description": f"{said.text}, {resource.region}",
        "annotations": {"aws/arn": resource.arn, "aws/account": resource.account, "aws/region": resource.region},
    }
    spec = {
        "type": said.type, "lifecycle": component.lifecycle, "system": component.system_ref, "family": entry.family.key,
        "store": said.store, "detail": said.text,
    }  # fmt: skip
    name = resource_name(resource.name, said.type, resource.arn)
    return _wanted("Resource", name, metadata, spec, component.owner_ref)


def _wanted(kind: str, name: str, metadata: dict[str, Any], spec: dict[str, Any], owner: str) -> write.Wanted:
    """A descriptor made up from what AWS says; what it does not say is left out."""
    said = {key: value for key, value in {**spec, "owner": owner}.items() if value not in ("", None)}
    data = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "default", **metadata},
        "spec": said,
    }
    ref = f"{kind}:default/{name}".lower()
    return write.Wanted(ref, data, said_edges(ref, said), declared=False)


def _forget_resources(inventory: Inventory) -> None:
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
    gone = []
    for entity in Entity.objects.live().filter(kind="resource", source=SOURCE):
        where = (entity.annotations.get("aws/account"), entity.annotations.get("aws/region"), entity.spec.get("family"))
        if entity.name not in seen and where in read:
            gone.append(entity)
    write.remove(gone, Author(SOURCE, SOURCE, "AWS has it no longer."))
