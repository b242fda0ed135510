"""Rows in bulk: what the database refuses has Django's names, whichever way the rows go in."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from portal import bulk
from services.models import Entity

pytestmark = pytest.mark.django_db


def test_a_row_that_is_there_already_is_an_integrity_error() -> None:
    Entity.objects.create(kind="component", namespace="default", name="checkout")
    again = [getattr(Entity(kind="component", namespace="default", name="checkout"), name) for name in FIELDS]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Entity, FIELDS, [again])
    assert Entity.objects.count() == 1


FIELDS = tuple(field.name for field in Entity._meta.concrete_fields if field.name != "id")
