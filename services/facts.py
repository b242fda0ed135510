"""Facts: the contract through which plugins leave evidence and scorecards read it.

`publish` never knows who reads: it only moves `Entity.facts_changed_at`, and readers compare that with their own mark.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal import bulk
from portal.plugins import Registry
from services.models import Entity, Fact

FIELDS = ("entity_id", "key", "value", "sha256", "source", "url", "valid_from", "observed_at", "expires_at")
KEY = re.compile(r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9_-]*$")


@dataclass(frozen=True)
class FactSource:
    """What a plugin observes: fact keys, for static validation the type of each field by path, and what people call each key."""

    key: str
    title: str
    keys: tuple[str, ...]
    schema: dict[str, str] = field(default_factory=dict)
    order: int = 100
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FactView:
    """A fact as a reader sees it at one moment. `fresh` is False once it has expired."""

    key: str
    value: dict[str, Any]
    source: str
    observed_at: datetime
    expires_at: datetime | None
    fresh: bool
    url: str
    valid_from: datetime


sources: Registry[FactSource] = Registry("fact sources")


def name_of(key: str) -> str:
    """What people call a fact: "Load balancers" for `aws.alb`; a key that its source does not name is spelled out."""
    named = next((source.names[key] for source in sources.items() if key in source.names), "")
    return named or key.partition(".")[2].replace("-", " ").replace("_", " ").capitalize() or key


def digest(value: Any) -> str:
    """The SHA-256 of a JSON value in canonical form."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Observation:
    """What was seen of an entity: a value under a key, when, and until when it counts. `observed_at` None is now."""

    entity: Entity
    key: str
    value: dict[str, Any]
    source: str
    observed_at: datetime | None = None
    expires_at: datetime | None = None
    url: str = ""


def publish(
    entity: Entity,
    key: str,
    value: dict[str, Any],
    *,
    source: str,
    observed_at: datetime | None = None,
    expires_at: datetime | None = None,
    url: str = "",
) -> bool:
    """Record what was observed; True where the value changed or an expired fact came back to life.

    An observation older than the one on record changes nothing. Raises ValueError for a key that is not two dotted
    lower-case words.
    """
    return bool(publish_all([Observation(entity, key, value, source, observed_at, expires_at, url)]))


def publish_all(observations: Iterable[Observation]) -> int:
    """Record many observations, at most one for each entity and key; returns how many changed. Else like `publish`."""
    changed = 0
    for some in bulk.batches(observations):
        if wrong := next((one.key for one in some if not KEY.match(one.key)), None):
            raise ValueError(f"fact key {wrong!r}: use two dotted lower-case words, like aws.lambda")
        changed += _publish(some, timezone.now())
    return changed


def _publish(observations: Sequence[Observation], now: datetime) -> int:
    with transaction.atomic():
        rows = Fact.objects.select_for_update().filter(
            entity__in={one.entity.pk for one in observations}, key__in={one.key for one in observations}, valid_to=None
        )
        standing = {(row.entity_id, row.key): row for row in rows.order_by("pk")}
        closed: list[int] = []
        opened: list[Fact] = []
        for one in observations:
            row = standing.get((one.entity.pk, one.key))
            if row is not None and row.observed_at > (one.observed_at or now):
                continue
            fact = _opened(one, now)
            if row is not None and row.sha256 == fact.sha256 and not (row.expires_at and row.expires_at <= now):
                same = {name: getattr(fact, name) for name in ("observed_at", "expires_at", "url", "source")}
                Fact.objects.filter(pk=row.pk).update(**same)
                continue
            opened.append(fact)
            closed += [row.pk] if row is not None else []
        if opened:
            Fact.objects.filter(pk__in=closed).update(valid_to=now)
            # Another worker may have observed the same at the same moment and have been first; its row stands.
            bulk.insert_new(Fact, FIELDS, ([getattr(fact, name) for name in FIELDS] for fact in opened))
            Entity.objects.filter(pk__in={fact.entity_id for fact in opened}).update(facts_changed_at=now)
    return len(opened)


def _opened(one: Observation, now: datetime) -> Fact:
    return Fact(
        entity=one.entity, key=one.key, value=one.value, sha256=digest(one.value), source=one.source, url=one.url,
        valid_from=now, observed_at=one.observed_at or now, expires_at=one.expires_at,
    )  # fmt: skip


def retire(entity: Entity, key: str) -> bool:
    """Close a fact that no longer applies (a resource type that is gone). True where there was one."""
    now = timezone.now()
    with transaction.atomic():
        closed = Fact.objects.filter(entity=entity, key=key, valid_to=None).update(valid_to=now)
        if closed:
            Entity.objects.filter(pk=entity.pk).update(facts_changed_at=now)
    return bool(closed)


def _view(fact: Fact, when: datetime) -> FactView:
    fresh = fact.expires_at is None or fact.expires_at > when
    return FactView(
        fact.key, fact.value, fact.source, fact.observed_at, fact.expires_at, fresh, fact.url, fact.valid_from
    )


def _by_entity(rows: QuerySet[Fact], when: datetime) -> dict[int, dict[str, FactView]]:
    found: dict[int, dict[str, FactView]] = {}
    for fact in rows:
        found.setdefault(fact.entity_id, {})[fact.key] = _view(fact, when)
    return found


def bulk_current(
    entities: Iterable[Entity], now: datetime | None = None, keys: Iterable[str] | None = None
) -> dict[int, dict[str, FactView]]:
    """Open facts (all, or of these keys) by entity id and key, in one query. Entities without facts are absent."""
    ids = [entity.pk for entity in entities]
    rows = Fact.objects.filter(entity_id__in=ids, valid_to=None)
    return _by_entity(rows if keys is None else rows.filter(key__in=list(keys)), now or timezone.now())


def current(entity: Entity) -> dict[str, FactView]:
    """The entity's open facts by key."""
    return bulk_current([entity]).get(entity.pk, {})


def as_of(entity: Entity, when: datetime) -> dict[str, FactView]:
    """The facts that stood at `when`, by key, fresh or expired as they were then."""
    stood = Q(valid_from__lte=when) & (Q(valid_to=None) | Q(valid_to__gt=when))
    return _by_entity(Fact.objects.filter(stood, entity=entity), when).get(entity.pk, {})
