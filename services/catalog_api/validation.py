"""POST /validate-entity: whether a descriptor would be taken."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from services.catalog_api import asked, replies
from services.catalog_api.errors import InputError
from services.descriptors import Problem
from services.descriptors.edges import edges
from services.descriptors.rules import findings


def validate(request: HttpRequest) -> HttpResponse:
    """200 without a body for a good entity; otherwise 400 with all that is wrong, each with its field and remedy."""
    body = asked.body(request, required={"entity", "location"})
    where = asked.text(body, "location")
    if not where.partition(":")[2]:
        raise InputError("location must be written as url:<target>.")
    faults = [_error(*finding) for finding in findings(body["entity"])] or _bad_refs(body["entity"])
    return replies.json({"errors": faults}, 400) if faults else replies.nothing(200)


def _bad_refs(entity: dict[str, Any]) -> list[dict[str, str]]:
    """Refs that cannot be read: the rules say nothing of them, the relations need them."""
    metadata = entity["metadata"]
    ref = f"{entity['kind']}:{metadata.get('namespace') or 'default'}/{metadata['name']}".lower()
    try:
        edges(ref, entity.get("spec") or {})
    except Problem as problem:
        return [_error(problem.field, problem.reason, problem.remedy)]
    return []


def _error(field: str, reason: str, remedy: str) -> dict[str, str]:
    message = f"{field}: {reason} {remedy}" if field else f"{reason} {remedy}"
    return {"name": "InputError", "message": message, "field": field, "remedy": remedy}
