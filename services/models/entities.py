"""Entities and the relations between them (Backstage's system model)."""

from __future__ import annotations

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
        kind, _, rest = ref.lower().partition(":")
        namespace, _, name = rest.partition("/")
        return self.live().filter(kind=kind, namespace=namespace, name=name)


class Entity(models.Model):
    """One thing in the catalog. `kind`, `namespace` and `name` are lower case; `title` keeps the author's case."""

    kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=63, default="default")
    name = models.CharField(max_length=63)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    owner_ref = models.CharField(max_length=200, blank=True, db_index=True)
    system_ref = models.CharField(max_length=200, blank=True, db_index=True)
    type = models.CharField(max_length=63, blank=True)
    lifecycle = models.CharField(max_length=63, blank=True)
    tier = models.PositiveSmallIntegerField(null=True, blank=True)
    tags = models.JSONField(default=list, blank=True)
    links = models.JSONField(default=list, blank=True)
    annotations = models.JSONField(default=dict, blank=True)
    spec = models.JSONField(default=dict, blank=True)
    data = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=300, blank=True)
    etag = models.CharField(max_length=64, blank=True)
    facts_changed_at = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = EntityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "namespace", "name"], condition=Q(removed_at=None), name="one_live_entity_per_ref"
            )
        ]
        indexes = [models.Index(fields=["kind", "name"]), models.Index(fields=["kind", "lifecycle", "tier"])]
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


class Relation(models.Model):
    """An edge as Backstage names it: `dependsOn`, `dependencyOf`, `ownedBy`, `partOf`, … Both ends are rows."""

    source = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="relations")
    type = models.CharField(max_length=63)
    target_ref = models.CharField(max_length=200, db_index=True)
    origin = models.CharField(max_length=63, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "type", "target_ref"], name="one_relation_per_end")]
        ordering = ["type", "target_ref"]

    def __str__(self) -> str:
        return f"{self.source_id} {self.type} {self.target_ref}"
