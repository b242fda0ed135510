"""The history of each entity: intervals of its descriptor with who changed it, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from portal import bulk
from services.models import Entity, EntityVersion
from services.models.history import ADDED, REMOVED


@dataclass(frozen=True)
class Author:
    """Who changes something: a person or a process, from which source, and why where that is not plain."""

    by: str
    source: str
    why: str = ""


def record(changes: Iterable[tuple[Entity, str]], author: Author, now: datetime | None = None) -> None:
    """Close the open interval of each entity and open the next. The entities must have been saved."""
    moment = now or timezone.now()
    for some in bulk.batches(changes):
        ids = [entity.pk for entity, change in some if change != ADDED]
        EntityVersion.objects.filter(entity_id__in=ids, valid_to=None).update(valid_to=moment)
        said = (author.by[:150], author.source[:300], author.why[:300])
        rows = ((entity.pk, moment, change, *said, {} if change == REMOVED else entity.data) for entity, change in some)
        bulk.insert(EntityVersion, ("entity", "valid_from", "change", "by", "source", "why", "data"), rows)


def as_of(ref: str, when: datetime) -> EntityVersion | None:
    """What stood under this ref at `when`; None where there was nothing then."""
    stood = Q(valid_from__lte=when) & (Q(valid_to=None) | Q(valid_to__gt=when))
    entities = Entity.objects.by_refs([ref.lower()])
    return EntityVersion.objects.filter(stood, entity__in=entities).exclude(change=REMOVED).first()


@dataclass(frozen=True)
class Difference:
    """One field that differs. `before` or `after` is None where the field was not there."""

    path: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any], path: str = "") -> list[Difference]:
    """Field by field what differs, in the order of the newer text; lists of texts are compared as a whole."""
    found: list[Difference] = []
    for key in [*after, *(key for key in before if key not in after)]:
        inner = f"{path}.{key}" if path else key
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += differences(old, new, inner)
        elif old != new or type(old) is not type(new):
            found.append(Difference(inner, old, new))
    return found


def versions(entities: QuerySet[Entity]) -> QuerySet[EntityVersion]:
    """Their intervals, newest first, each with `before`: the descriptor of the interval that it followed."""
    rows = EntityVersion.objects.filter(entity__in=entities)
    older = rows.filter(entity=OuterRef("entity"), id__lt=OuterRef("id")).order_by("-id")
    return rows.annotate(before=Subquery(older.values("data")[:1])).order_by("-id")


def moment_of(text: str) -> datetime | None:
    """A date (its end, in UTC) or a time as ISO 8601 writes them; None for anything else."""
    try:
        if day := parse_date(text):
            return datetime.combine(day, time.max, tzinfo=UTC)
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
