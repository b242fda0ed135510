"""The question of by-query: what GET parameters, a POST body and a cursor say in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from rest_framework.exceptions import ParseError

from portal.api.base import check_json
from services.catalog_api import asked, cursors, filters, predicates, projection
from services.catalog_api.conditions import EVERYTHING, MOST, All, Condition, Holds, size
from services.catalog_api.cursors import Position
from services.catalog_api.errors import InputError
from services.catalog_api.select import Order

PAGE = 200
LONGEST_TERM = 1_000
DIRECTIONS = {"asc": False, "desc": True}


@dataclass(frozen=True)
class Question:
    """`said` is the question in the words of a cursor; `position` is where the page starts, None for the first one."""

    condition: Condition
    order: Order | None
    said: dict[str, Any]
    limit: int
    offset: int
    paths: projection.Paths
    counted: bool
    position: Position | None


def of_params(params: asked.Params) -> Question:
    """What the parameters of a GET ask. With a cursor all but limit and fields is in it."""
    limit = params.number("limit", PAGE) or 0
    paths = projection.parse(params.texts("fields"))
    if params.text("cursor"):
        return _of_cursor(params.text("cursor"), limit, paths)
    said: dict[str, Any] = {}
    if "query" in params:
        said["query"] = predicate_of(params)
    if "filter" in params:
        said["filter"] = params.texts("filter")
    if orders := params.texts("orderField"):
        field, _, way = orders[0].partition(",")
        said["order"] = {"field": field, "order": way or "asc"}
    if params.text("fullTextFilterTerm").strip():
        fields = [field for text in params.texts("fullTextFilterFields") for field in text.split(",")]
        said["text"] = {"term": params.text("fullTextFilterTerm"), "fields": fields}
    counted = params.choice("totalItems", "include", "exclude") == "include"
    return _made(said, limit, params.number("offset", 0) or 0, paths, counted, None)


def of_body(body: Mapping[str, Any]) -> Question:
    """What the body of a POST asks."""
    limit = asked.number(body, "limit", PAGE)
    paths = projection.parse(asked.items(body, "fields", projection.MOST))
    if "cursor" in body:
        return _of_cursor(asked.text(body, "cursor"), limit, paths)
    said: dict[str, Any] = {"query": body.get("query", {})}
    if orders := asked.items(body, "orderBy", 100):
        said["order"] = orders[0]
    if "fullTextFilter" in body:
        said["text"] = body["fullTextFilter"]
    if body.get("totalItems", "include") not in ("include", "exclude"):
        raise InputError("totalItems must be include or exclude.")
    counted = body.get("totalItems") != "exclude"
    return _made(said, limit, asked.number(body, "offset", 0), paths, counted, None)


def predicate_of(params: asked.Params) -> Any:
    """The parameter `query`: a predicate on GET, which Backstage has on POST only."""
    try:
        check_json(found := orjson.loads(params.text("query")))
    except (ValueError, ParseError) as error:
        raise InputError("query must be a predicate written as JSON.") from error
    return found


def _of_cursor(text: str, limit: int, paths: projection.Paths) -> Question:
    found = cursors.decode(text)
    try:
        check_json(found)
    except ParseError as error:
        raise InputError("Malformed cursor: send one that an answer gave you.") from error
    position = cursors.position(found)
    if found.keys() - {"query", "filter", "order", "text"}:
        raise InputError("Malformed cursor: send one that an answer gave you.")
    return _made(found, limit, 0, paths, True, position)


def _made(
    said: dict[str, Any], limit: int, offset: int, paths: projection.Paths, counted: bool, position: Position | None
) -> Question:
    order = _order(said["order"]) if "order" in said else None
    condition = condition_of(said)
    if "text" in said and (held := _text(said["text"], order)):
        condition = All((condition, held)) if condition != EVERYTHING else held
    return Question(condition, order, said, limit, offset, paths, counted, position)


def condition_of(said: Mapping[str, Any]) -> Condition:
    """`filter` and `query` together. Raises InputError."""
    parts: list[Condition] = []
    if "filter" in said:
        texts = said["filter"]
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InputError("filter must be a list of texts.")
        parts.append(filters.parse(texts))
    if "query" in said:
        parts.append(predicates.parse(said["query"]))
    made = parts[0] if len(parts) == 1 else All(tuple(parts))
    if size(made) > MOST:
        raise InputError(f"The filter holds more than {MOST} comparisons: ask in parts.")
    return made


def _order(said: Any) -> Order:
    if not isinstance(said, dict) or said.keys() - {"field", "order"}:
        raise InputError("An order needs a field and asc or desc.")
    return order_of(said.get("field"), said.get("order", "asc"))


def order_of(field: Any, way: Any) -> Order:
    """By `field`, `way` is asc or desc. Raises InputError."""
    if not isinstance(field, str) or not field.strip():
        raise InputError("An order needs the name of a field.")
    if not isinstance(way, str) or way not in DIRECTIONS:
        raise InputError(f"{field[:80]}: order asc or desc.")
    return Order(field.strip().lower(), DIRECTIONS[way])


def _text(said: Any, order: Order | None) -> Condition | None:
    """The full-text condition; without fields it looks into the order field, or the uid."""
    if not isinstance(said, dict) or said.keys() - {"term", "fields"}:
        raise InputError("fullTextFilter needs a term, and may have fields.")
    term, fields = asked.text(said, "term", "").strip().lower(), asked.items(said, "fields", 50)
    if len(term) > LONGEST_TERM:
        raise InputError(f"The full-text term is longer than {LONGEST_TERM} characters.")
    if not all(isinstance(field, str) for field in fields):
        raise InputError("fullTextFilter.fields must be texts.")
    keys = tuple(dict.fromkeys(key for field in fields if (key := field.strip().lower())))
    return Holds(keys or (order.key if order else "metadata.uid",), term) if term else None
