"""The tab "Architecture" and the card that leads to it: serverless or not, the mesh, and the database that fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from services import queries
from services.advice import answers
from services.kinds.judgement import ADVICE, MESH, SERVERLESS, declared_stores, kinds, memberships
from services.models import Entity
from services.panels import database, mesh, serverless

STATES = {"full": "good", "partly": "fair", "servers": "neutral", "none": "stale"}


def context(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """The three parts, computed from what is stored; AWS is not asked."""
    views = queries.page_facts(request, entity)
    row = answers.newest([entity]).get(entity.pk)
    declared = declared_stores([entity]).get(entity.pk, {})
    found = kinds(views, answers.said(row), declared, memberships(views.get(MESH)))
    return {
        "entity": entity,
        "serverless": serverless.part(found),
        "mesh": mesh.part(found, entity),
        "database": database.part(found, row, request.user, entity),
    }


def summary(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """One line for each of the three, from the published verdicts; nothing where none is there yet."""
    views = queries.page_facts(request, entity)
    said = {key: views[key].value for key in (SERVERLESS, MESH, ADVICE) if key in views}
    if not said:
        return None
    return {"entity": entity, "lines": [_serverless(said), _mesh(said), _database(said)]}


def _line(state: str, icon: str, title: str, note: str, anchor: str) -> dict[str, str]:
    return {"state": state, "icon": icon, "title": title, "note": note, "anchor": anchor}


def _serverless(said: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    value = said.get(SERVERLESS, {})
    verdict = str(value.get("verdict", "none"))
    obstacles = [text.partition(": ")[2] for text in value.get("obstacles", ())]
    note = f"In the way: {', '.join(obstacles[:3])}{' and more' if len(obstacles) > 3 else ''}" if obstacles else ""
    icon = "cloud-check" if verdict == "full" else "server-2" if obstacles else "cloud"
    return _line(STATES[verdict], icon, serverless.TITLES[verdict], note or serverless.NOTES[verdict], "serverless")


def _mesh(said: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    value = said.get(MESH)
    if value is None:
        return _line("neutral", "topology-star-3", "In no mesh", "No mesh of AWS names it.", "mesh")
    names = " and ".join(value.get("technologies") or [str(value["technology"])])
    if value.get("ended"):
        return _line("poor", "alert-triangle", names, "AWS has ended its support.", "mesh")
    if value.get("misfits"):
        return _line("poor", "alert-triangle", names, f"Does not fit: {', '.join(value['misfits'])}", "mesh")
    note = f"adds {value['added_ms']:g} ms" if value.get("measured") else "its latency is not measured"
    return _line("good", "topology-star-3", names, note, "mesh")


def _database(said: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    value = said.get(ADVICE)
    if value is None:
        return _line(
            "neutral", "database", "No database", "None was seen, and nobody has said what it needs.", "database"
        )
    if value["retired"]:
        return _line(
            "poor", "alert-triangle", "A database that AWS has closed", ", ".join(value["retired"]), "database"
        )
    state, icon, title = database.verdict_words(value["match"], value["severity"])
    return _line(state, icon, title, value["because"], "database")
