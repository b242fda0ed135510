"""The tab "Graph": what an entity leans on and what leans on it, drawn and as a table."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from services.descriptors.ends import INVERSE
from services.engine.layout import Layout
from services.graphs import graph
from services.graphs.svg import arranged, draw, further, name_of
from services.models import Entity
from services.naming import what
from services.queries import page_of

STEPS = {1: "one step", 2: "two steps", 3: "three steps", 4: "four steps"}


def context(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """The drawing with its sentence, its choices and its table."""
    types = graph.types_of(request.GET.getlist("types"), entity.kind)
    found = graph.read(entity.ref, types, _number(request, "depth", graph.DEPTH), _number(request, "fan", graph.FAN))
    where = arranged(found)
    return {
        "entity": entity,
        "found": found,
        "svg": draw(found, where) if found.edges else "",
        "sentence": sentence(found),
        "cycle": _cycle(found, where),
        "types": [(name, words, name in types) for name, words in graph.WORDS.items()],
        "steps": STEPS.items(),
        "rows": [(_end(found, edge.source), graph.WORDS[edge.type], _end(found, edge.target)) for edge in found.edges],
        "more": [
            (name_of(more.ref, found.nodes.get(more.ref)), _words(more), more.count, further(found, more))
            for more in found.more
        ],
    }


def sentence(found: graph.Neighbourhood) -> str:
    """What the drawing says, in words."""
    down = sum(edge.source == found.focus for edge in found.edges)
    up = sum(edge.target == found.focus for edge in found.edges)
    for more in found.more:
        if more.ref == found.focus:
            down, up = (down + more.count, up) if more.down else (down, up + more.count)
    name = name_of(found.focus, found.nodes.get(found.focus))
    return f"{name} points at {_many(down)}; {_many(up)} {'points' if up == 1 else 'point'} at it."


def _many(count: int) -> str:
    return "nothing" if not count else "one entity" if count == 1 else f"{count} entities"


def _words(more: graph.More) -> str:
    words = graph.WORDS.get(more.type) or graph.WORDS.get(INVERSE[more.type], more.type)
    return words if more.down else f"what {words} it"


def _cycle(found: graph.Neighbourhood, where: Layout) -> str:
    """The edges that close a circle, in words; "" where there is none."""
    names = [
        f"{name_of(source, found.nodes.get(source))} → {name_of(target, found.nodes.get(target))}"
        for source, target in sorted(where.turned)
    ]
    return ", ".join(names)


def _end(found: graph.Neighbourhood, ref: str) -> dict[str, Any]:
    entity = found.nodes.get(ref)
    return {
        "name": name_of(ref, entity),
        "kind": what(ref.partition(":")[0], entity.type if entity else ""),
        "url": page_of(ref) if entity else "",
    }


def _number(request: HttpRequest, name: str, usual: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else usual
