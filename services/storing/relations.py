"""Edges between entities. Each is stored at both ends, as Backstage names them; an end may name what is not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal import bulk
from services.descriptors.ends import Edge
from services.models import Relation
from services.storing import documents


def replace_edges(said: Mapping[str, Iterable[Edge]], *, keep_others: bool = False) -> set[str]:
    """Make `edges` (and their other ends) all that each origin says; returns the refs at the ends that moved.

    With `keep_others` nothing is taken away: what could not be seen this time is not gone.
    """
    wanted = {(origin, end) for origin, edges in said.items() for edge in edges for end in (edge, edge.back)}
    have = {
        (row.origin, Edge(row.source_ref, row.type, row.target_ref)): row.pk
        for row in Relation.objects.filter(origin__in=list(said)).order_by()
    }
    gone = set() if keep_others else have.keys() - wanted
    new = wanted - have.keys()
    for some in bulk.batches(have[end] for end in gone):
        Relation.objects.filter(pk__in=some).delete()
    rows = ((edge.source, edge.type, edge.target, origin) for origin, edge in new)
    if new:
        bulk.insert(Relation, ("source_ref", "type", "target_ref", "origin"), rows)
    moved = {edge.source for _, edge in gone | new}
    documents.mark(moved)
    return moved
