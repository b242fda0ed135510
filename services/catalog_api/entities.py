"""Entities one by one and as whole lists: /entities, by-uid, by-name, ancestry, by-refs."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from portal import bulk
from portal.access import audit, policy
from portal.prepared import ask
from services.catalog_api import asked, filters, predicates, projection, question, replies, select
from services.catalog_api.conditions import All, Condition
from services.catalog_api.errors import InputError, NotFound, Refusal
from services.catalog_api.sql import among, where
from services.descriptors.refs import full_ref
from services.imports import locations
from services.models import Entity
from services.storing import documents, revision, write
from services.storing.history import Author

LIST = {"limit", "offset", "after", "query"}
MOST_REFS = 20_000


def listed(request: HttpRequest) -> HttpResponseBase:
    """All entities that match, as a bare array; in pages where limit, offset or after asks for them."""
    params = asked.Params(request, one=LIST, many={"filter", "fields", "order"})
    limit, offset = params.number("limit", None), params.number("offset", 0) or 0
    if params.text("after"):
        limit, offset = _after(params.text("after"), limit)
    if limit is None and offset:
        limit = 2**31
    condition = asked_condition(params)
    orders = [_order(text) for text in params.texts("order")]
    if len(orders) > 10:
        raise InputError("order is given more than 10 times.")
    paths = projection.parse(params.texts("fields"))
    now = revision.current()
    if reply := replies.unchanged(request, now):
        return reply
    ids = select.listed(condition, orders, None if limit is None else limit + 1, offset)
    shown = ids if limit is None else ids[:limit]
    answer = replies.array((projection.cut(text, paths) for text in select.texts(shown)), len(shown))
    if len(shown) < len(ids) and limit:
        answer.headers["Link"] = f'<{_next(request, limit, offset + limit)}>; rel="next"'
    return replies.stamped(answer, now)


def asked_condition(params: asked.Params) -> Condition:
    """What `filter` and `query` say together."""
    said: dict[str, Any] = {"filter": params.texts("filter")}
    if "query" in params:
        said["query"] = question.predicate_of(params)
    return question.condition_of(said)


def _order(text: str) -> select.Order:
    way, _, field = text.partition(":")
    return question.order_of(field, way)


def _after(text: str, limit: int | None) -> tuple[int, int]:
    """(limit, offset) of the next page. A new limit holds from here on."""
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        known, offset = found["limit"], found["offset"]
        if not all(type(number) is int and 0 <= number < 10**15 for number in (known, offset)):
            raise ValueError
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise InputError("Malformed after: take it from the Link of an answer.") from error
    return (known if limit is None else limit), offset


def _next(request: HttpRequest, limit: int, offset: int) -> str:
    """The address of the next page, relative to the catalog's root, as Backstage gives it."""
    asked_for = [
        (name, value) for name, values in request.GET.lists() if name not in ("offset", "after") for value in values
    ]
    after = base64.urlsafe_b64encode(orjson.dumps({"limit": limit, "offset": offset})).decode()
    return f"/entities?{urlencode([*asked_for, ('after', after)])}"


def by_name(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """One entity; the parts may have any letter case."""
    try:
        full_ref(f"{kind}:{namespace}/{name}")
    except ValueError as error:
        raise NotFound(f"No entity named {kind}:{namespace}/{name}.") from error
    statement = (
        "SELECT d.etag, d.text FROM services_entity e JOIN services_document d ON d.entity_id = e.id "
        "WHERE e.removed_at IS NULL AND e.kind = %s AND e.namespace = %s AND e.name = %s"
    )
    found = ask(statement, [kind.lower(), namespace.lower(), name.lower()])
    if not found:
        raise NotFound(f"No entity named {kind}:{namespace}/{name}.")
    etag, text = found[0]
    return replies.unchanged(request, etag) or replies.stamped(replies.text(text), etag)


def by_uid(request: HttpRequest, uid: str) -> HttpResponse:
    """One entity by its uid."""
    found = _of_uid(uid).exclude(document=None).values_list("document__etag", "document__text").first()
    if found is None:
        raise NotFound(f"No entity with the uid {uid[:80]}.")
    return replies.unchanged(request, found[0]) or replies.stamped(replies.text(found[1]), found[0])


def _of_uid(uid: str) -> QuerySet[Entity]:
    try:
        return Entity.objects.live().filter(uid=UUID(uid))
    except ValueError:
        return Entity.objects.none()


def remove(request: HttpRequest, uid: str) -> HttpResponse:
    """Take an entity out. What a source still says comes back when that source is read anew; 204 also for an unknown uid."""
    entity = _of_uid(uid).first()
    if entity is None:
        return replies.nothing(204)
    user: Any = request.user
    if not policy.may(user, "editor", entity.owner_ref):
        raise Refusal(403, "You need the role editor of the team that owns it. Ask an admin for it.")
    with transaction.atomic():
        audit.record(user, "entity.remove", entity.ref, severity="medium", source=entity.source)
        write.remove([entity], Author(user.get_username(), entity.source, "It was removed over the catalog API."))
    documents.refresh()
    return replies.nothing(204)


def ancestry(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """The entity and the Location entities that it came through, up to the registered one."""
    entity = find(kind, namespace, name)
    chain = locations.ancestry(entity)
    items = [{"entity": document, "parentEntityRefs": refs} for document, refs in chain]
    return replies.json({"rootEntityRef": entity.ref, "items": items})


def find(kind: str, namespace: str, name: str) -> Entity:
    """The live entity. Raises NotFound."""
    ref = f"{kind}:{namespace}/{name}"
    entity = None if "\x00" in ref else Entity.objects.by_ref(ref).first()
    if entity is None:
        raise NotFound(f"No entity named {ref[:200]}.")
    return entity


def by_refs(request: HttpRequest) -> HttpResponse:
    """The entities of these refs, in the same order and number; null for those that are not there or do not match."""
    params = asked.Params(request, many={"filter"})
    body = asked.body(request, required={"entityRefs"}, optional={"fields", "query"})
    refs = asked.items(body, "entityRefs", MOST_REFS)
    if not all(isinstance(ref, str) for ref in refs):
        raise InputError("entityRefs must be texts.")
    paths = projection.parse(asked.items(body, "fields", projection.MOST))
    condition = filters.parse(params.texts("filter"))
    if "query" in body:
        condition = All((condition, predicates.parse(body["query"])))
    names = {ref: _full(ref) for ref in dict.fromkeys(refs)}
    texts = _texts({name for name in names.values() if name}, condition)
    cut = {ref: projection.cut(texts[name], paths) if name in texts else "null" for ref, name in names.items()}
    return replies.text(f'{{"items":[{",".join(cut[ref] for ref in refs)}]}}')


def _full(ref: str) -> str:
    try:
        return full_ref(ref)
    except ValueError:
        return ""


def _texts(refs: set[str], condition: Condition) -> dict[str, str]:
    """Texts by ref of those entities that match."""
    held, values = where(condition)
    found: dict[str, str] = {}
    for some in bulk.batches(sorted(refs)):
        rows = Entity.objects.live().by_refs(some)
        names = {
            pk: f"{kind}:{space}/{name}"
            for pk, kind, space, name in rows.values_list("pk", "kind", "namespace", "name")
        }
        if not names:
            continue
        statement = (
            "SELECT e.id, d.text FROM services_entity e JOIN services_document d ON d.entity_id = e.id "  # noqa: S608
            f"WHERE e.id {among(list(names))} AND {held}"
        )
        found |= {names[pk]: text for pk, text in select.rows(statement, [*names, *values])}
    return found
