"""The search index of the catalog API: one row for each entity, key and value (Backstage's rule)."""

from __future__ import annotations

from django.db import models

from services.models.entities import Entity


class SearchKey(models.Model):
    """`key` and `value` are lower case; `original` is the value as written where its case differs.

    A value of null says only that the key is there: nulls, and texts of more than 200 characters.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="search_keys", db_constraint=False)
    key = models.CharField(max_length=200)
    value = models.CharField(max_length=200, null=True)
    original = models.CharField(max_length=200, null=True)

    class Meta:
        indexes = [models.Index(fields=["key", "value", "entity"], name="search_key_value")]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.key}={self.value}"


class Revision(models.Model):
    """One row: a number that grows with every change of the catalog, so that answers may be kept until it moves."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
