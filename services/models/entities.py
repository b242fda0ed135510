"""Entities and the relations between them (Backstage's system model)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone


class EntityQuerySet(models.QuerySet["Entity"]):
    """Reads that every room needs."""

    def live(self) -> EntityQuerySet:
        """Entities that have not been removed."""
        return self.filter(removed_at=None)

    def services(self) -> EntityQuerySet:
        """Live components: what teams call their services."""
        return self.live().filter(kind="component")

    def by_ref(self, ref: str) -> EntityQuerySet:
        """The live entity named `kind:namespace/name` (case-insensitive); empty where there is none."""
        return self.live().by_refs([ref.lower()])

    def by_refs(self, refs: Iterable[str]) -> EntityQuerySet:
        """Entities with these lower-case refs, live or not: one condition for each kind and namespace."""
        names: dict[tuple[str, str], list[str]] = {}
        for ref in refs:
            kind, _, rest = ref.partition(":")
            namespace, _, name = rest.partition("/")
            names.setdefault((kind, namespace), []).append(name)
        wanted = Q(pk__in=[])
        for (kind, namespace), found in names.items():
            wanted |= Q(kind=kind, namespace=namespace, name__in=found)
        return self.filter(wanted)


class Entity(models.Model):
    """One thing in the catalog. `kind`, `namespace` and `name` are lower case; `data` keeps the author's case.

    `data` is the descriptor as it was written; the columns beside it are cut out of it (services.descriptors.columns).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=63, default="default")
    name = models.CharField(max_length=63)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    owner_ref = models.CharField(max_length=200, blank=True)
    system_ref = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=200, blank=True)
    lifecycle = models.CharField(max_length=200, blank=True)
    tier = models.PositiveSmallIntegerField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=300, blank=True)
    source_sha = models.CharField(max_length=64, blank=True)
    facts_changed_at = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_why = models.CharField(max_length=300, blank=True)

    objects = EntityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "namespace", "name"], condition=Q(removed_at=None), name="one_live_entity_per_ref"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "lifecycle", "tier"]),
            models.Index(fields=["owner_ref"]),
            models.Index(fields=["system_ref"]),
            models.Index(fields=["source"]),
        ]
        ordering = ["kind", "namespace", "name"]
        verbose_name_plural = "entities"

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        """The entity's page."""
        return reverse("services:entity", args=[self.kind, self.namespace, self.name])

    @property
    def ref(self) -> str:
        """The entity ref, `kind:namespace/name`."""
        return f"{self.kind}:{self.namespace}/{self.name}"

    @property
    def label(self) -> str:
        """What people call it."""
        return self.title or self.name

    @property
    def owner_name(self) -> str:
        """The owning team's short name."""
        return self.owner_ref.rpartition("/")[2]

    @property
    def spec(self) -> dict[str, Any]:
        """The descriptor's `spec`."""
        return self.data.get("spec") or {}

    @property
    def annotations(self) -> dict[str, str]:
        """The descriptor's annotations."""
        return self._metadata("annotations") or {}

    @property
    def tags(self) -> list[str]:
        """The descriptor's tags."""
        return self._metadata("tags") or []

    @property
    def links(self) -> list[dict[str, Any]]:
        """The descriptor's links."""
        return self._metadata("links") or []

    def _metadata(self, field: str) -> Any:
        return (self.data.get("metadata") or {}).get(field)

    @property
    def relations(self) -> models.QuerySet[Relation]:
        """The entity's ends of all edges; two origins may say the same edge."""
        return Relation.objects.filter(source_ref=self.ref)


class Document(models.Model):
    """The finished JSON text of an entity, as the catalog API answers it: the descriptor with what the server sets and the
    relations. A table of its own, so that nobody loads it unasked."""

    entity = models.OneToOneField(
        Entity, on_delete=models.CASCADE, primary_key=True, related_name="document", db_constraint=False
    )
    text = models.TextField()
    etag = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"document of {self.entity_id}"


class StaleDocument(models.Model):
    """An entity whose document lags behind what is known of it. An entity may stand here more than once."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    def __str__(self) -> str:
        return f"stale: {self.entity_id}"


class Relation(models.Model):
    """One end of an edge as Backstage names it: `dependsOn`, `dependencyOf`, `ownedBy`, … Both ends are rows.

    Ends are refs, so an edge may name what is not there yet. `origin` is who says so: all edges of one origin are replaced
    together.
    """

    source_ref = models.CharField(max_length=200)
    type = models.CharField(max_length=63)
    target_ref = models.CharField(max_length=200)
    origin = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_ref", "type", "target_ref", "origin"], name="one_relation_per_end_and_origin"
            )
        ]
        indexes = [models.Index(fields=["origin"]), models.Index(fields=["target_ref", "type"])]
        ordering = ["type", "target_ref"]

    def __str__(self) -> str:
        return f"{self.source_ref} {self.type} {self.target_ref}"
