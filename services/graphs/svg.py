"""The neighbourhood as a drawing: every node a link, what dangles dashed and said in words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.charts import svg
from services.engine.layout import Layout, layout
from services.graphs.graph import FAN, WIDEST_FAN, WORDS, More, Neighbourhood
from services.models import Entity
from services.naming import what
from services.queries import page_of

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 164.0, 44.0, 218.0, 56.0, 8.0
LETTERS, NOTE_LETTERS = 20, 23


def arranged(found: Neighbourhood) -> Layout:
    """The layout of the nodes with the places for what was left out."""
    edges = [(edge.source, edge.target) for edge in found.edges]
    edges += [(more.ref, more.key) if more.down else (more.key, more.ref) for more in found.more]
    return layout([*found.nodes, *(more.key for more in found.more)], edges)


def draw(found: Neighbourhood, where: Layout) -> SafeString:
    """The svg element, in its natural size: the card around it scrolls."""
    dangling = set(found.dangling)
    kinds: dict[tuple[str, str], str] = {}
    for edge in found.edges:
        kinds.setdefault((edge.source, edge.target), edge.type)
    lines = []
    for ends, route in where.routes.items():
        css = "graph-edge dashed" if dangling & set(ends) or ends not in kinds else "graph-edge"
        lines.append(svg.path(css, _curve(route)) + svg.path("graph-tip", _tip(route)))
    boxes = [_node(found, ref, entity, where.places[ref]) for ref, entity in found.nodes.items()]
    boxes += [_more(found, more, where.places[more.key]) for more in found.more]
    width = (max(where.layers, 1) - 1) * ACROSS + WIDTH + 2 * EDGE
    height = (max(where.rows, 1.0) - 1) * DOWN + HEIGHT + 2 * EDGE
    return format_html(
        '<svg class="graph" width="{}" height="{}" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}</svg>',
        svg.num(width), svg.num(height), svg.num(width), svg.num(height),
        f"Relations of {name_of(found.focus, found.nodes.get(found.focus))}", svg.join(lines), svg.join(boxes),
    )  # fmt: skip


def name_of(ref: str, entity: Entity | None) -> str:
    """What the node is called."""
    return entity.label if entity else ref.partition(":")[2].removeprefix("default/")


def _corner(place: tuple[int, float]) -> tuple[float, float]:
    return EDGE + place[0] * ACROSS, EDGE + place[1] * DOWN


def _sides(route: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
    """The points of an edge: it leaves one box at its side and reaches the other's; between, it passes the layers."""
    onward = route[0][0] < route[-1][0]
    points = []
    for number, place in enumerate(route):
        x, y = _corner(place)
        near, far = (x, x + WIDTH) if onward else (x + WIDTH, x)
        middle = y + HEIGHT / 2
        points += [(far, middle)] if number == 0 else [(near, middle)]
        if 0 < number < len(route) - 1:
            points.append((far, middle))
    return points


def _curve(route: Sequence[tuple[int, float]]) -> str:
    points = _sides(route)
    data = f"M{svg.num(points[0][0])} {svg.num(points[0][1])}"
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        bend = (x + to_x) / 2
        data += f"C{svg.num(bend)} {svg.num(y)} {svg.num(bend)} {svg.num(to_y)} {svg.num(to_x)} {svg.num(to_y)}"
    return data


def _tip(route: Sequence[tuple[int, float]]) -> str:
    x, y = _sides(route)[-1]
    back = -7.0 if route[0][0] < route[-1][0] else 7.0
    return f"M{svg.num(x)} {svg.num(y)}l{svg.num(back)} -4v8z"


def _node(found: Neighbourhood, ref: str, entity: Entity | None, place: tuple[int, float]) -> SafeString:
    name, kind = name_of(ref, entity), ref.partition(":")[0]
    note = "not in the catalog" if entity is None else what(kind, entity.type)
    css = f"graph-node kind-{kind if kind in KINDS else 'other'}"
    css += " focus" if ref == found.focus else " dashed" if entity is None else ""
    return _box(css, page_of(ref) + ("graph/" if entity and ref != found.focus else ""), name, note, place)


KINDS = frozenset({"component", "api", "resource", "system", "domain", "group", "user"})


def _more(found: Neighbourhood, more: More, place: tuple[int, float]) -> SafeString:
    whose = name_of(more.ref, found.nodes.get(more.ref))
    words = WORDS.get(more.type, "") if more.down else f"before {whose}"
    return _box("graph-node more dashed", further(found, more), f"{more.count} more", words or whose, place)


def further(found: Neighbourhood, more: More) -> str:
    """Where the rest can be seen: a wider fan, the list of users, or the graph around that node."""
    types = [("types", name) for name in found.types]
    if more.ref != found.focus:
        return f"{reverse('services:graph')}?{urlencode([('focus', more.ref), ('depth', 1), *types])}"
    if found.fan < WIDEST_FAN:
        fan = min(max(found.fan * 2, FAN), WIDEST_FAN)
        return f"{reverse('services:graph')}?{urlencode([('focus', more.ref), ('depth', 1), ('fan', fan), *types])}"
    if not more.down and more.type in {"dependencyOf", "apiConsumedBy"}:
        return f"{reverse('services:list')}?{urlencode({'kind': 'all', 'uses': more.ref})}"
    return f"{page_of(more.ref)}descriptor/"


def _cut(words: str, letters: int) -> str:
    return f"{words[: letters - 1]}…" if len(words) > letters else words


def _box(css: str, url: str, name: str, note: str, place: tuple[int, float]) -> SafeString:
    x, y = _corner(place)
    body = (
        format_html('<rect x="{}" y="{}" width="{}" height="{}" rx="8"/>', *map(svg.num, (x, y, WIDTH, HEIGHT)))
        + svg.path("graph-mark", svg.rect(x, y + 10, 3, HEIGHT - 20))
        + svg.text("graph-name", x + 14, y + 19, _cut(name, LETTERS))
        + svg.text("graph-note", x + 14, y + 34, _cut(note, NOTE_LETTERS))
    )
    return format_html('<a class="{}" href="{}" aria-label="{}">{}</a>', css, url, f"{name}, {note}", body)
