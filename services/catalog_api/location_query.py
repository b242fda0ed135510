"""Predicates about locations: the grammar is that of entities, the fields are id, type, target and entityRef."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from services.catalog_api import predicates
from services.catalog_api.conditions import All, AnyOf, Condition, Has, Is, Not, Starts
from services.catalog_api.errors import InputError

FIELDS = {"id": "pk", "type": "type", "target": "target", "entityref": "entity_ref"}
EVERYTHING = ~Q(pk__in=[])


def clause_of(said: Any) -> Q:
    """The predicate for the ORM. Raises InputError for what is no predicate, or a field that locations have not."""
    return _clause(predicates.parse(said))


def _clause(condition: Condition) -> Q:
    made = Q(pk__in=[])
    match condition:
        case All(parts):
            made = EVERYTHING
            for part in parts:
                made &= _clause(part)
        case AnyOf(parts):
            for part in parts:
                made |= _clause(part)
        case Not(part):
            made = ~_clause(part)
        case Has(key):
            made = EVERYTHING if key in FIELDS else made
        case Is(key, values):
            for value in values:
                made |= _is(_field(key), value)
        case Starts(key, text):
            made = Q(**{f"{_field(key)}__istartswith": text})
    return made


def _field(key: str) -> str:
    if key not in FIELDS:
        raise InputError(f"Locations have no field {key[:80]!r}: use {', '.join(FIELDS)}.")
    return FIELDS[key]


def _is(field: str, value: str) -> Q:
    if field != "pk":
        return Q(**{f"{field}__iexact": value})
    try:
        return Q(pk=UUID(value))
    except ValueError:
        return Q(pk__in=[])
