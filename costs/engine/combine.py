"""Totals over findings: findings about the same resource overlap, so the best one counts, never their sum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from costs.engine.money import Range


class Claim(NamedTuple):
    """A saving claimed for one resource; key identifies the resource, not the detector."""

    key: str
    saving: Range


def best(claims: Iterable[Claim]) -> list[Claim]:
    """One claim a resource and currency: the one with the highest expected saving."""
    kept: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        place = (claim.key, claim.saving.currency)
        if place not in kept or claim.saving.expected > kept[place].saving.expected:
            kept[place] = claim
    return list(kept.values())


def totals(claims: Iterable[Claim]) -> dict[str, Range]:
    """Sum of the best claims by currency; amounts in two currencies are never added."""
    sums: dict[str, Range] = {}
    for claim in best(claims):
        currency = claim.saving.currency
        sums[currency] = sums[currency] + claim.saving if currency in sums else claim.saving
    return sums
