"""Locations: register, change and unregister the places that descriptors are read from; where an entity came from.

The readings themselves are `services.imports.read_locations`. All errors are services.descriptors.Problem.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.access import audit, policy
from portal.jobs import queue
from services.descriptors import Problem, Taken, Unknown
from services.imports import preview
from services.imports.reach import Reach
from services.models import Document, Entity, Import, Location, Source
from services.models.sources import NEW, OPTIONAL, REQUIRED
from services.storing import documents, search_index, write
from services.storing.history import Author

JOB = "services.read-locations"
LONGEST_TARGET = 280


@dataclass(frozen=True)
class Registered:
    """A location; the entities that a dry run found (finished, without relations); whether it had been there before.

    In a dry run a new location is not saved.
    """

    location: Location
    entities: list[dict[str, Any]]
    exists: bool


def register(kind: str, target: str, *, by: Any, presence: str = REQUIRED, dry_run: bool = False) -> Registered:
    """Register `target` (`kind` is url or file) for reading in the background; `by` is a user or a name.

    One that is there already is returned as it is. A dry run reads everything now and writes nothing. Raises Problem for a
    target that may not be read; in a dry run also for one that cannot be read or has an error.
    """
    target = checked(kind, target, presence)
    known = Location.objects.filter(type=kind, target=target).first()
    if dry_run:
        location = known or _new(kind, target, presence, by)
        return Registered(location, preview.entities(location), known is not None)
    if known is not None:
        return Registered(known, [], True)
    try:
        with transaction.atomic():
            location = _new(kind, target, presence, by)
            location.save(force_insert=True)
            stand_for(location, by)
            audit.record(by, "location.register", str(location), severity="medium")
            queue.enqueue(JOB, by=name_of(by), unique="now")
    except IntegrityError:
        return Registered(Location.objects.get(type=kind, target=target), [], True)
    documents.refresh()
    return Registered(location, [], False)


def checked(kind: str, target: str, presence: str = REQUIRED) -> str:
    """The target as it is kept. Raises Problem where it may not be registered; the hosts themselves are not asked."""
    target = target.strip()
    if kind not in {"url", "file"}:
        raise Problem(f"Locations of the type {kind[:40]!r} are not read.", "Use url or file.", field="type")
    if presence not in {REQUIRED, OPTIONAL}:
        raise Problem("It is not a presence.", "Use required or optional.", field="presence")
    if not target or len(target) > LONGEST_TARGET or not target.isprintable():
        reason = f"The target is empty, longer than {LONGEST_TARGET} characters, or has control characters."
        raise Problem(reason, "Give the address of a descriptor.", field="target")
    try:
        Reach.of_settings().check(kind, target)
    except Problem as problem:
        problem.field = "target"
        raise
    return target


def _new(kind: str, target: str, presence: str, by: Any) -> Location:
    made = Location(type=kind, target=target, presence=presence, registered_by=name_of(by)[:150])
    made.entity_ref = _ref(str(made))
    if Location.objects.filter(entity_ref=made.entity_ref).exists():
        # A location that had this target before was pointed elsewhere and has kept its entity.
        made.entity_ref = _ref(f"{made} {made.pk}")
    return made


def _ref(text: str) -> str:
    return f"location:default/generated-{hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()}"


def name_of(by: Any) -> str:
    """The name of a user, or the name itself."""
    return by if isinstance(by, str) else str(by.get_username())


def stand_for(location: Location, by: Any) -> None:
    """Write the Location entity that stands for a registered location; call `documents.refresh` afterwards."""
    data = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Location",
        "metadata": {"name": location.entity_ref.rpartition("/")[2], "namespace": "default"},
        "spec": {"type": location.type, "target": location.target, "presence": location.presence},
    }
    wanted = write.Wanted(location.entity_ref, data, [], declared=False)
    write.store([wanted], Author(name_of(by), str(location), "It was registered."))


def update(location: Location, kind: str, target: str, by: Any) -> Location:
    """Point a location elsewhere; its entity keeps its name. What only the old target held goes with the next reading.

    Raises Problem for a target that may not be read, Taken where another location has it.
    """
    target = checked(kind, target)
    if Location.objects.filter(type=kind, target=target).exclude(pk=location.pk).exists():
        raise Taken(f"{kind}:{target} is registered already.", "Use the location that is there.", field="target")
    before = str(location)
    with transaction.atomic():
        location.type, location.target = kind, target
        location.state, location.failures, location.error, location.remedy = NEW, 0, "", ""
        location.next_at = timezone.now()
        location.save()
        stand_for(location, by)
        audit.record(by, "location.update", str(location), severity="medium", before=before)
        queue.enqueue(JOB, by=name_of(by), unique="now")
    documents.refresh()
    return location


def unregister(location: Location, by: Any) -> int:
    """Forget a location and take out what only it produced; returns how many entities went."""
    author = Author(name_of(by), str(location), f"Its location {location} was unregistered."[:300])
    with transaction.atomic():
        names = set(location.sources.values_list("name", flat=True))
        shared = set(Source.objects.filter(name__in=names).exclude(location=location).values_list("name", flat=True))
        gone = list(Entity.objects.live().filter(source__in=[*(names - shared), str(location)]))
        write.remove(gone, author)
        Import.objects.filter(source__in=names - shared).delete()
        audit.record(by, "location.unregister", str(location), severity="medium", entities=len(gone))
        location.delete()
        _say_origin_again(shared)
    documents.refresh()
    return len(gone)


def _say_origin_again(names: Iterable[str]) -> None:
    """Entities of these files came through another location before; their finished documents say so."""
    found = list(Entity.objects.live().filter(source__in=list(names)))
    origins = documents.origins(entity.source for entity in found)
    ids = [entity.pk for entity in found]
    search_index.replace({entity.pk: documents.base(entity, origins) for entity in found}, ids)
    documents.mark(entity.ref for entity in found)


def refresh(entity_ref: str, by: Any) -> list[Location]:
    """Have the locations behind an entity read again now. Entities of other sources have none. Raises Unknown."""
    entity = Entity.objects.by_ref(entity_ref).first() if entity_ref else None
    if entity is None:
        raise Unknown(f"{entity_ref[:200]} is not in the catalog.", "Check its kind, namespace and name.")
    return hasten(behind(entity), by)


def hasten(locations: list[Location], by: Any) -> list[Location]:
    """Have these locations read now, whatever their back-off."""
    if locations:
        with transaction.atomic():
            Location.objects.filter(pk__in=[location.pk for location in locations]).update(next_at=timezone.now())
            # Read anew even where nothing has changed, so that what somebody removed comes back.
            Source.objects.filter(location__in=locations).update(next_at=None, sha256="", etag="", modified="")
            queue.enqueue(JOB, by=name_of(by), unique="now")
    return locations


def behind(entity: Entity) -> list[Location]:
    """The registered locations that an entity, live or removed, came through; the first one is its origin."""
    if entity.kind == "location" and (own := Location.objects.filter(entity_ref=entity.ref).first()):
        return [own]
    sources = Source.objects.filter(name=entity.source, location__isnull=False).select_related("location")
    return [source.location for source in sources.order_by("pk") if source.location is not None]


def may_manage(user: Any, location: Location) -> bool:
    """Whether `user` may change or unregister a location: who registered it, or an editor of everything."""
    mine = location.registered_by == user.get_username() and policy.may_somewhere(user, "editor")
    return mine or policy.may(user, "editor")


Ancestors = list[tuple[dict[str, Any], list[str]]]


def ancestry(entity: Entity) -> Ancestors:
    """(finished document, refs of its parents) of the entity and of all Location entities above it; the entity is first."""
    found: Ancestors = []
    level, seen = [entity], {entity.ref}
    while level:
        parents = _parents(level)
        texts = dict(Document.objects.filter(entity__in=level).values_list("entity_id", "text"))
        for one in level:
            text = texts.get(one.pk)
            found.append((orjson.loads(text) if text else documents.base(one), parents.get(one.source, [])))
        above = {ref for one in level for ref in parents.get(one.source, [])} - seen
        seen |= above
        level = list(Entity.objects.live().by_refs(above)) if above else []
    return found


def _parents(entities: list[Entity]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = Source.objects.filter(name__in={entity.source for entity in entities}).exclude(parent_ref="")
    for name, ref in rows.order_by("pk").values_list("name", "parent_ref"):
        if ref not in found.setdefault(name, []):
            found[name].append(ref)
    return found
