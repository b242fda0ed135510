"""An edge between two entities, and its name as seen from either end."""

from __future__ import annotations

from typing import NamedTuple

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


class Edge(NamedTuple):
    """`source` has `type` to `target`; both are entity refs in lower case. A tuple, since catalogs hold 100,000 of them."""

    source: str
    type: str
    target: str

    @property
    def back(self) -> Edge:
        """The same edge seen from its other end."""
        return Edge(self.target, INVERSE[self.type], self.source)
