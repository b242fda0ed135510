"""GET and POST /entity-facets: which values a field has, and how often."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from services.catalog_api import asked, predicates, replies, select
from services.catalog_api.conditions import EVERYTHING, Condition
from services.catalog_api.entities import asked_condition
from services.catalog_api.errors import InputError
from services.catalog_api.kept import answers
from services.storing import revision

MOST = 100


def get(request: HttpRequest) -> HttpResponse:
    """Facets of the entities that a filter chooses."""
    params = asked.Params(request, one={"query"}, many={"facet", "filter"})
    names, condition = _names(params.texts("facet")), asked_condition(params)
    now = revision.current()
    return replies.unchanged(request, now) or replies.stamped(_answer(names, condition, now), now)


def post(request: HttpRequest) -> HttpResponse:
    """Facets of the entities that a predicate chooses."""
    body = asked.body(request, required={"facets"}, optional={"query"})
    names = _names(asked.items(body, "facets", MOST))
    condition = predicates.parse(body["query"]) if "query" in body else EVERYTHING
    return _answer(names, condition, revision.current())


def _names(names: list[Any]) -> list[str]:
    if not names or len(names) > MOST:
        raise InputError(f"Name at least one facet and at most {MOST}.")
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise InputError("A facet must be the name of a field, such as spec.type.")
    return list(dict.fromkeys(names))


def _answer(names: list[str], condition: Condition, now: int) -> HttpResponse:
    return replies.json({"facets": {name: _one(name.strip().lower(), condition, now) for name in names}})


def _one(key: str, condition: Condition, now: int) -> list[dict[str, Any]]:
    found = answers.once(now, ("facet", key, condition), lambda: select.facet(key, condition), len)
    return [{"value": value, "count": number} for value, number in found]
