"""/locations and /refresh: the places that descriptors are read from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from services.catalog_api import asked, cursors, replies
from services.catalog_api.entities import find
from services.catalog_api.errors import Conflict, InputError, NotFound, Refusal
from services.catalog_api.location_query import clause_of
from services.imports import locations
from services.models import Location

PAGE = 1_000


def shape(location: Location) -> dict[str, Any]:
    """A location as Backstage writes it."""
    return {
        "id": str(location.pk), "type": location.type, "target": location.target, "entityRef": location.entity_ref,
    }  # fmt: skip


def every(request: HttpRequest) -> HttpResponse:
    """All locations, each in a wrapper of its own."""
    asked.Params(request)
    return replies.json([{"data": shape(location)} for location in Location.objects.order_by("pk")])


def query(request: HttpRequest) -> HttpResponse:
    """Locations by predicate, in pages by id."""
    body = asked.body(request, optional={"query", "limit", "cursor"})
    after, said, limit = None, body.get("query", {}), asked.number(body, "limit", PAGE)
    if "cursor" in body:
        after, said, known = _cursor(asked.text(body, "cursor"))
        limit = limit if "limit" in body else known
    rows = Location.objects.filter(clause_of(said)).order_by("pk")
    page = list((rows.filter(pk__gt=after) if after else rows)[: limit + 1])
    around: dict[str, str] = {}
    if limit and len(page) > limit:
        where = {"query": said, "limit": limit, "after": str(page[limit - 1].pk)}
        around["nextCursor"] = cursors.pack(where)
    items = [shape(location) for location in page[:limit]]
    return replies.json({"items": items, "totalItems": rows.count(), "pageInfo": around})


def _cursor(text: str) -> tuple[UUID, Any, int]:
    found = cursors.decode(text)
    try:
        return UUID(found["after"]), found["query"], asked.number(found, "limit", PAGE)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise InputError("Malformed cursor: send one that an answer gave you.") from error


def one(request: HttpRequest, ident: str) -> HttpResponse:
    """One location."""
    return replies.json(shape(_find(ident)))


def of_entity(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """The registered location that an entity came through."""
    entity = find(kind, namespace, name)
    behind = locations.behind(entity)
    if not behind:
        raise NotFound(f"{entity.ref} comes from no registered location.")
    return replies.json(shape(behind[0]))


def add(request: HttpRequest) -> HttpResponse:
    """Register a location; a dry run reads it now and keeps nothing."""
    params = asked.Params(request, one={"dryRun", "onConflict"})
    body = asked.body(request, required={"type", "target"}, optional={"presence"})
    kind, target = asked.text(body, "type"), asked.text(body, "target")
    presence = asked.text(body, "presence", "required")
    dry, conflict = _flag(params), params.choice("onConflict", "reject", "refresh")
    if not dry and conflict == "reject" and _known(kind, target):
        raise Conflict(f"{kind}:{target} is registered already: refresh it, or pass onConflict=refresh.")
    made = locations.register(kind, target, by=request.user, presence=presence, dry_run=dry)
    if made.exists and not dry:
        if conflict == "reject":
            raise Conflict(f"{kind}:{target} is registered already: refresh it, or pass onConflict=refresh.")
        locations.hasten([made.location], request.user)
    said: dict[str, Any] = {"location": shape(made.location), "entities": made.entities}
    if dry or made.exists:
        said["exists"] = made.exists
    return replies.json(said, 201)


def _flag(params: asked.Params) -> bool:
    return params.choice("dryRun", "false", "true") == "true"


def _known(kind: str, target: str) -> bool:
    return Location.objects.filter(type=kind, target=target.strip()).exists()


def change(request: HttpRequest, ident: str) -> HttpResponse:
    """Point a location elsewhere; the entity that stands for it keeps its ref."""
    location = _mine(request, ident)
    body = asked.body(request, required={"type", "target"})
    return replies.json(
        shape(locations.update(location, asked.text(body, "type"), asked.text(body, "target"), request.user))
    )


def remove(request: HttpRequest, ident: str) -> HttpResponse:
    """Unregister a location; what only it produced goes with it."""
    locations.unregister(_mine(request, ident), request.user)
    return replies.nothing(204)


def refresh(request: HttpRequest) -> HttpResponse:
    """Have the locations behind an entity read now."""
    body = asked.body(request, required={"entityRef"}, optional={"authorizationToken"})
    locations.refresh(asked.text(body, "entityRef"), request.user)
    return replies.nothing(200)


def _find(ident: str) -> Location:
    try:
        found = Location.objects.filter(pk=UUID(ident)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(f"There is no location with the id {ident[:80]}.")
    return found


def _mine(request: HttpRequest, ident: str) -> Location:
    """The location, for who may change it."""
    location = _find(ident)
    if not locations.may_manage(request.user, location):
        raise Refusal(403, "A location is changed by who registered it, or by an editor of everything.")
    return location
