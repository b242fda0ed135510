"""Facts: the contract through which plugins leave evidence and scorecards read it.

`publish` never knows who reads: it only moves `Entity.facts_changed_at`, and readers compare that with their own mark.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.plugins import Registry
from services.models import Entity, Fact

KEY = re.compile(r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9_-]*$")


@dataclass(frozen=True)
class FactSource:
    """What a plugin observes: fact keys, and for static validation the type of each field by path."""

    key: str
    title: str
    keys: tuple[str, ...]
    schema: dict[str, str] = field(default_factory=dict)
    order: int = 100


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


def digest(value: Any) -> str:
    """The SHA-256 of a JSON value in canonical form."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


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
    if not KEY.match(key):
        raise ValueError(f"fact key {key!r}: use two dotted lower-case words, like aws.lambda")
    now = timezone.now()
    observed = observed_at or now
    sha = digest(value)
    with transaction.atomic():
        current = Fact.objects.select_for_update().filter(entity=entity, key=key, valid_to=None).first()
        if current is not None and current.observed_at > observed:
            return False
        revived = current is not None and current.expires_at is not None and current.expires_at <= now
        if current is not None and current.sha256 == sha and not revived:
            Fact.objects.filter(pk=current.pk).update(
                observed_at=observed, expires_at=expires_at, url=url, source=source
            )
            return False
        if current is not None:
            Fact.objects.filter(pk=current.pk).update(valid_to=now)
        try:
            with transaction.atomic():
                Fact.objects.create(
                    entity=entity, key=key, value=value, sha256=sha, source=source, url=url,
                    valid_from=now, observed_at=observed, expires_at=expires_at,
                )  # fmt: skip
        except IntegrityError:
            # Another worker observed the same thing at the same moment and was first; its row stands.
            return False
        Entity.objects.filter(pk=entity.pk).update(facts_changed_at=now)
    return True


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
