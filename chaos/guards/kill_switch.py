"""No chaos while a halt stands."""

from __future__ import annotations

from chaos import halts
from services.guards import Guard, GuardQuery


def check(query: GuardQuery) -> str:
    """The sentence of the halt that covers the service."""
    said = halts.halting(query.entity)
    return f"{said.rstrip('.')}. Whoever is an operator of all that is halted may clear it." if said else ""


GUARD = Guard("chaos-kill-switch", "The kill switch", check, order=10, action="chaos")
