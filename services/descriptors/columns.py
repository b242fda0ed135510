"""What the catalog's columns take from a descriptor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.descriptors.edges import target
from services.descriptors.ends import Edge
from services.descriptors.summary import tier_of
from services.models import Entity

CUT = 200
COLUMNS = ("title", "description", "owner_ref", "system_ref", "type", "lifecycle", "tier", "data")


def fill(entity: Entity, ref: str, data: dict[str, Any], edges: Sequence[Edge]) -> None:
    """Set the entity's ref and every column that a descriptor decides. Long texts are cut here, never in `data`."""
    metadata: Mapping[str, Any] = data["metadata"]
    spec: Mapping[str, Any] = data.get("spec") or {}
    entity.kind, _, rest = ref.partition(":")
    entity.namespace, _, entity.name = rest.partition("/")
    entity.title = str(metadata.get("title") or metadata["name"])[:CUT]
    entity.description = str(metadata.get("description") or "")
    entity.owner_ref = target(edges, "ownedBy")
    entity.system_ref = target(edges, "partOf", "system")
    entity.type = str(spec.get("type") or "")[:CUT]
    entity.lifecycle = str(spec.get("lifecycle") or "")[:CUT]
    entity.tier = tier_of(data)
    entity.data = data
