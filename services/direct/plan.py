"""What a direct write would do, before it is done: checks, conflicts, differences and warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.descriptors import Problem
from services.descriptors.edges import edges
from services.descriptors.ends import Edge
from services.descriptors.rules import findings
from services.direct import SOURCE
from services.facts import digest
from services.ingest import STOPGAPS
from services.models import Entity
from services.storing import write
from services.storing.history import Difference, differences


class Invalid(Exception):
    """The descriptor is no good; `problems` say where, why and how to mend it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class Managed(Exception):
    """Another source owns the entity, so it has to be changed there."""

    def __init__(self, entity: Entity) -> None:
        super().__init__(
            f"{entity.ref} is managed by {entity.source}. Change it there; what is written here would be lost at the "
            "next reading."
        )
        self.entity = entity


class Outdated(Exception):
    """Somebody else changed the entity since it was read."""


@dataclass(frozen=True)
class Plan:
    """A checked write. `entity` is what stands under the ref now, `change` is added, changed, restored or unchanged."""

    wanted: write.Wanted
    entity: Entity | None
    change: str
    differences: tuple[Difference, ...]

    @property
    def owner_ref(self) -> str:
        """The team that owns it afterwards: who writes must be allowed to write for it."""
        return next((edge.target for edge in self.wanted.edges if edge.type == "ownedBy"), "")


def plan(ref: str, data: dict[str, Any], standing: Entity | None, match: str = "") -> Plan:
    """Check a whole descriptor for `ref`, under which `standing` is or was (see `write.standing`).

    Raises Invalid, Managed, or Outdated where `match` is an older version's tag.
    """
    said = check(ref, data)
    live = standing if standing is not None and standing.removed_at is None else None
    refuse_foreign(live)
    if match and (live is None or match != version_tag(live)):
        raise Outdated
    changed = differences(live.data if live else {}, data)
    same = live is not None and not changed and live.source == SOURCE
    change = "unchanged" if same else "changed" if live else "restored" if standing else "added"
    return Plan(write.Wanted(ref, data, said), live, change, tuple(changed))


def check(ref: str, data: dict[str, Any]) -> list[Edge]:
    """The edges of a good descriptor. Raises Invalid with everything that is wrong."""
    problems = [Problem(reason, remedy, field=field) for field, reason, remedy in findings(data)]
    if not problems and ref_of(data) != ref:
        problems = [
            Problem(f"It names {ref_of(data)}, and the address {ref}.", "Make them the same.", field="metadata")
        ]
    if problems:
        raise Invalid(problems)
    try:
        return edges(ref, data.get("spec") or {})
    except Problem as problem:
        raise Invalid([problem]) from problem


def ref_of(data: Mapping[str, Any]) -> str:
    """The ref that a checked descriptor names."""
    metadata = data["metadata"]
    return f"{data['kind']}:{metadata.get('namespace') or 'default'}/{metadata['name']}".lower()


def refuse_foreign(entity: Entity | None) -> None:
    """Raise Managed where another source owns it; what discovery made up gives way."""
    if entity is not None and entity.source not in {SOURCE, *STOPGAPS}:
        raise Managed(entity)


def version_tag(entity: Entity) -> str:
    """A tag of the descriptor alone: what others say about the entity does not move it."""
    return digest(entity.data)[:20]


def missing(plans: Sequence[Plan]) -> set[str]:
    """Refs that the plans name, and that neither the catalog nor the plans hold: worth a warning, never an error."""
    refs = {edge.target for one in plans for edge in one.wanted.edges} - {one.wanted.ref for one in plans}
    return refs - {entity.ref for entity in Entity.objects.live().by_refs(refs)} if refs else set()


def merged(data: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch (RFC 7396): null takes a field out, objects are merged, all else is replaced."""
    result = dict(data)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            inner = result.get(key)
            result[key] = merged(inner if isinstance(inner, Mapping) else {}, value)
        else:
            result[key] = value
    return result
