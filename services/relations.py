"""Edges between entities. Each is stored at both ends, as Backstage names them; a missing end waits as a dangling ref."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from services.models import Entity, Relation

INVERSE = {
    "ownedBy": "ownerOf",
    "partOf": "hasPart",
    "providesApi": "apiProvidedBy",
    "consumesApi": "apiConsumedBy",
    "dependsOn": "dependencyOf",
    "memberOf": "hasMember",
    "childOf": "parentOf",
}
INVERSE |= {back: forth for forth, back in INVERSE.items()}


@dataclass(frozen=True)
class Edge:
    """`source` has `type` to `target`; both are entity refs in lower case."""

    source: str
    type: str
    target: str

    @property
    def back(self) -> Edge:
        """The same edge seen from its other end."""
        return Edge(self.target, INVERSE[self.type], self.source)


def replace_edges(origin: str, edges: Iterable[Edge], *, keep_others: bool = False) -> None:
    """Make `edges` (and their other ends) all that `origin` says. Ends that do not exist yet are left out.

    With `keep_others` nothing is taken away: what could not be seen this time is not gone.
    """
    wanted = {end for edge in edges for end in (edge, edge.back)}
    rows = Relation.objects.filter(origin=origin).select_related("source")
    have = {Edge(row.source.ref, row.type, row.target_ref): row.pk for row in rows}
    gone = [pk for edge, pk in have.items() if edge not in wanted]
    if gone and not keep_others:
        Relation.objects.filter(pk__in=gone).delete()
    _create([edge for edge in wanted if edge not in have], origin)


def connect(entity: Entity) -> None:
    """Give a new entity its end of the edges that other entities have said about it."""
    said = Relation.objects.filter(target_ref=entity.ref).select_related("source")
    for row in said:
        back = Edge(row.source.ref, row.type, row.target_ref).back
        Relation.objects.get_or_create(
            source=entity, type=back.type, target_ref=back.target, defaults={"origin": row.origin}
        )


def _create(edges: Sequence[Edge], origin: str) -> None:
    ids = entity_ids({edge.source for edge in edges})
    Relation.objects.bulk_create(
        [
            Relation(source_id=ids[edge.source], type=edge.type, target_ref=edge.target, origin=origin)
            for edge in edges
            if edge.source in ids
        ],
        ignore_conflicts=True,
    )


def entity_ids(refs: Iterable[str]) -> dict[str, int]:
    """Live entities' ids by ref; refs without an entity are absent. One query per 200 refs."""
    found: dict[str, int] = {}
    todo = sorted(refs)
    for start in range(0, len(todo), 200):
        wanted = Q(pk__in=[])
        for ref in todo[start : start + 200]:
            kind, _, rest = ref.partition(":")
            namespace, _, name = rest.partition("/")
            wanted |= Q(kind=kind, namespace=namespace, name=name)
        found |= {entity.ref: entity.pk for entity in Entity.objects.live().filter(wanted)}
    return found
