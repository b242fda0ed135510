"""The neighbourhood of an entity: what it leans on and what leans on it, so many steps far.

From the focus both ways, from then on only further in the same way, so that a shared database does not drag in all its users.
Each step costs two queries, however many entities there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, F, Q, Window
from django.db.models.functions import DenseRank

from services import queries
from services.descriptors.ends import INVERSE, Edge
from services.models import Entity, Relation

# How each edge is drawn: from what leans to what it leans on. An API leans on who provides it.
WORDS = {
    "dependsOn": "leans on", "consumesApi": "calls", "apiProvidedBy": "is provided by", "partOf": "is part of",
    "ownedBy": "is owned by", "memberOf": "is a member of", "childOf": "is under",
}  # fmt: skip
LEANING = ("dependsOn", "consumesApi", "apiProvidedBy")
USUAL = {
    "system": ("partOf",), "domain": ("partOf",), "group": ("childOf", "memberOf"), "user": ("memberOf", "childOf"),
}  # fmt: skip
DEEPEST, DEPTH = 4, 2
MOST_NODES, FAN, WIDEST_FAN = 60, 10, 40


@dataclass(frozen=True)
class More:
    """There are `count` further ends of this type at `ref`; `down` where `ref` leans on them."""

    ref: str
    type: str
    count: int
    down: bool

    @property
    def key(self) -> str:
        """A name among the nodes that no entity has."""
        return f"more {self.ref} {self.type} {self.down}"


@dataclass
class Neighbourhood:
    """What was found: entities by ref (None where a ref dangles), edges, and what was left out."""

    focus: str
    depth: int
    types: tuple[str, ...]
    fan: int
    nodes: dict[str, Entity | None] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    more: list[More] = field(default_factory=list)

    @property
    def dangling(self) -> list[str]:
        """Refs that are not in the catalog."""
        return [ref for ref, entity in self.nodes.items() if entity is None]


def types_of(names: Iterable[str], kind: str) -> tuple[str, ...]:
    """The edge types that these names (of either end) mean, the usual ones of the kind without any known name."""
    asked = {name if name in WORDS else INVERSE.get(name, "") for name in names}
    chosen = tuple(name for name in WORDS if name in asked)
    return chosen or USUAL.get(kind, LEANING)


def read(focus: str, types: tuple[str, ...], depth: int = DEPTH, fan: int = FAN) -> Neighbourhood:
    """The neighbourhood of the ref; depth and fan are cut to what can be drawn."""
    found = Neighbourhood(focus, min(max(depth, 1), DEEPEST), types, min(max(fan, 1), WIDEST_FAN))
    seen: dict[str, None] = {focus: None}
    totals: dict[tuple[str, str], int] = {}
    down, up = [focus], [focus]
    for _ in range(found.depth):
        ends = _ends(down, up, types)
        if ends is None:
            break
        down, up = _step(found, seen, totals, ends)
    entities = queries.by_refs(seen)
    found.nodes = {ref: entities.get(ref) for ref in seen}
    found.edges = _between(list(seen), types)
    found.more = _left_out(found, totals)
    return found


def _ends(down: list[str], up: list[str], types: tuple[str, ...]) -> Q | None:
    """The ends that lead further: forward from those below the focus, back from those above it."""
    if not down and not up:
        return None
    back = [INVERSE[name] for name in types]
    return Q(source_ref__in=down, type__in=types) | Q(source_ref__in=up, type__in=back)


def _step(
    found: Neighbourhood, seen: dict[str, None], totals: dict[tuple[str, str], int], ends: Q
) -> tuple[list[str], list[str]]:
    """Take one step: count all ends, take the first few of each, as long as there is room. Returns what is new each way."""
    rows = Relation.objects.filter(ends).order_by()
    counted = rows.values("source_ref", "type").annotate(count=Count("target_ref", distinct=True))
    totals |= {(row["source_ref"], row["type"]): row["count"] for row in counted}
    rank = Window(DenseRank(), partition_by=[F("source_ref"), F("type")], order_by=F("target_ref").asc())
    few = rows.annotate(rank=rank).filter(rank__lte=found.fan).values_list("type", "target_ref")
    down: list[str] = []
    up: list[str] = []
    for kind, ref in sorted(set(few)):
        if ref not in seen and len(seen) < MOST_NODES:
            seen[ref] = None
            (down if kind in WORDS else up).append(ref)
    return down, up


def _between(refs: list[str], types: tuple[str, ...]) -> list[Edge]:
    """Every edge of these types between two of the refs, whichever step found them."""
    rows = Relation.objects.filter(source_ref__in=refs, target_ref__in=refs, type__in=types).order_by()
    ends = rows.values_list("source_ref", "type", "target_ref").distinct()
    place = {ref: number for number, ref in enumerate(refs)}
    return [Edge(*end) for end in sorted(ends, key=lambda end: (place[end[0]], place[end[2]], end[1]))]


def _left_out(found: Neighbourhood, totals: dict[tuple[str, str], int]) -> list[More]:
    """What the totals say beyond the edges that are drawn."""
    drawn: dict[tuple[str, str], int] = {}
    for edge in found.edges:
        for end in (edge, edge.back):
            drawn[end.source, end.type] = drawn.get((end.source, end.type), 0) + 1
    return [
        More(ref, kind, count - drawn.get((ref, kind), 0), kind in WORDS)
        for (ref, kind), count in sorted(totals.items())
        if count > drawn.get((ref, kind), 0)
    ]
