"""A drawing of a directed graph in layers (after Sugiyama, Tagawa and Toda, 1981): the same for the same input.

Cycles are broken by turning the edges that close them; each node stands one layer after the last of those that point at it;
crossings are reduced by barycentre sweeps; rows are set by least squares so that no two nodes of a layer come nearer than 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.engine.rows import spread

SWEEPS = 8
NARROW = 0.45
"""Rows between an edge that passes through a layer and its neighbours."""
Edge = tuple[str, str]
Point = tuple[int, float]


@dataclass(frozen=True)
class Layout:
    """Where everything stands: (layer, row) of each node, the points each edge goes through, and the edges that close cycles."""

    places: Mapping[str, Point]
    routes: Mapping[Edge, Sequence[Point]]
    turned: frozenset[Edge]
    layers: int
    rows: float


def layout(nodes: Sequence[str], edges: Sequence[Edge]) -> Layout:
    """Lay out the nodes; edges from a node to itself and to what is no node are left out, doubles are drawn once."""
    nodes = list(dict.fromkeys(nodes))
    known = set(nodes)
    edges = [edge for edge in dict.fromkeys(edges) if edge[0] != edge[1] and known.issuperset(edge)]
    turned = closing(nodes, edges)
    forward = {edge: (edge[1], edge[0]) if edge in turned else edge for edge in edges}
    layer = _layers(nodes, list(dict.fromkeys(forward.values())))
    chains = _chains(layer, list(dict.fromkeys(forward.values())))
    columns = _columns(nodes, layer, chains)
    links = [pair for chain in chains.values() for pair in itertools.pairwise(chain)]
    before, after = _neighbours(links)
    columns = _ordered(columns, before, after)
    row = _rows(columns, before, after)
    places = {name: (number, row[name]) for number, column in enumerate(columns) for name in column}
    routes = {}
    for edge, straight in forward.items():
        points = [places[name] for name in chains[straight]]
        routes[edge] = points[::-1] if edge in turned else points
    height = max(row.values(), default=0.0) + 1
    return Layout({name: places[name] for name in nodes}, routes, frozenset(turned), len(columns), height)


def closing(nodes: Sequence[str], edges: Sequence[Edge]) -> set[Edge]:
    """The edges that close a cycle in a depth-first walk in the order given: without them there is none."""
    following: dict[str, list[str]] = {name: [] for name in nodes}
    for source, target in edges:
        following[source].append(target)
    state: dict[str, int] = {}
    found: set[Edge] = set()
    for root in nodes:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(following[root]))]
        while stack:
            name, rest = stack[-1]
            for target in rest:
                if state.get(target) == 1:
                    found.add((name, target))
                elif target not in state:
                    state[target] = 1
                    stack.append((target, iter(following[target])))
                    break
            else:
                state[name] = 2
                stack.pop()
    return found


def _layers(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The longest way to each node; a node that nothing points at stands just before the first it points at."""
    waiting = dict.fromkeys(nodes, 0)
    following: dict[str, list[str]] = {name: [] for name in nodes}
    for source, target in edges:
        waiting[target] += 1
        following[source].append(target)
    sources = [name for name in nodes if not waiting[name]]
    layer, ready = dict.fromkeys(nodes, 0), list(sources)
    for name in ready:
        for target in following[name]:
            layer[target] = max(layer[target], layer[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for name in sources:
        layer[name] = min((layer[target] - 1 for target in following[name]), default=0)
    return layer


def _chains(layer: Mapping[str, int], edges: Sequence[Edge]) -> dict[Edge, list[str]]:
    """Each edge as the names it goes through, one in each layer. A NUL keeps made-up names apart from given ones."""
    chains = {}
    for source, target in edges:
        between = [f"\0{source}\0{target}\0{number}" for number in range(layer[source] + 1, layer[target])]
        chains[source, target] = [source, *between, target]
    return chains


def _columns(nodes: Sequence[str], layer: Mapping[str, int], chains: Mapping[Edge, list[str]]) -> list[list[str]]:
    columns: list[list[str]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for name in nodes:
        columns[layer[name]].append(name)
    for (source, _), chain in chains.items():
        for step, name in enumerate(chain[1:-1], start=1):
            columns[layer[source] + step].append(name)
    return columns


def _neighbours(links: Sequence[Edge]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in links:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    return before, after


Sides = Mapping[str, Sequence[str]]


def _ordered(columns: list[list[str]], before: Sides, after: Sides) -> list[list[str]]:
    """The order with the fewest crossings of those that the sweeps come by."""
    best, fewest = [list(column) for column in columns], crossings(columns, after)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        onward = sweep % 2 == 0
        sides = before if onward else after
        numbers = range(1, len(columns)) if onward else range(len(columns) - 2, -1, -1)
        for number in numbers:
            fixed = columns[number - 1 if onward else number + 1]
            position = {name: place for place, name in enumerate(fixed)}
            columns[number] = _by_barycentre(columns[number], position, sides)
        crossed = crossings(columns, after)
        if crossed < fewest:
            best, fewest = [list(column) for column in columns], crossed
    return best


def _by_barycentre(column: Sequence[str], position: Mapping[str, int], sides: Sides) -> list[str]:
    def centre(place: int, name: str) -> float:
        near = [position[other] for other in sides.get(name, ()) if other in position]
        return sum(near) / len(near) if near else float(place)

    keyed = sorted((centre(place, name), place, name) for place, name in enumerate(column))
    return [name for _, _, name in keyed]


def crossings(columns: Sequence[Sequence[str]], after: Sides) -> int:
    """How many pairs of edges between neighbouring layers cross."""
    total = 0
    for left, right in itertools.pairwise(columns):
        position = {name: place for place, name in enumerate(right)}
        ends = [sorted(position[name] for name in after.get(source, ()) if name in position) for source in left]
        seen: list[int] = []
        for some in ends:
            total += sum(1 for end in some for earlier in seen if earlier > end)
            seen += some
    return total


def _rows(columns: Sequence[Sequence[str]], before: Sides, after: Sides) -> dict[str, float]:
    """The row of every name: near the middle of its neighbours, in the order of its column."""
    row = {name: float(place) for column in columns for place, name in enumerate(column)}
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wanted = []
            for name in column:
                near = [row[other] for side in (before, after) for other in side.get(name, ())]
                wanted.append(sum(near) / len(near) if near else row[name])
            passing = [name.startswith("\0") for name in column]
            gaps = [NARROW if one or other else 1.0 for one, other in itertools.pairwise(passing)]
            row.update(zip(column, spread(wanted, _apart(passing, gaps)), strict=True))
    lowest = min(row.values(), default=0.0)
    return {name: round(value - lowest, 3) for name, value in row.items()}


def _apart(passing: Sequence[bool], gaps: Sequence[float]) -> list[float]:
    """Gaps that keep two nodes one row apart even where an edge passes between them."""
    wide, since = list(gaps), 0.0
    last: int | None = None
    for place, passes in enumerate(passing):
        if place:
            since += wide[place - 1]
        if not passes:
            if last is not None and since < 1.0:
                wide[place - 1] += 1.0 - since
            last, since = place, 0.0
    return wide
