"""Whole-numbered weights, as load balancers, DNS and meshes take them, and the shares (0 to 1) that they stand for."""

from __future__ import annotations

from collections.abc import Mapping

from deployments.targets.contract import TargetError
from deployments.targets.traffic import Traffic

PREFERRED = 100
"""Weights that add up to 100 read as percent, so they are taken wherever they are exact."""


def ratio(share: float, most: int) -> tuple[int, int]:
    """(base, canary): weights of 0 to ``most`` whose ratio comes nearest to ``share`` (0 to 1) of the canary.

    A share above 0 never becomes a weight of 0, and one below 1 never takes all. Raises TargetError outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise TargetError(f"A share of {share:g} cannot be set: it has to lie between 0 and 1.")
    if share in (0, 1):
        return PREFERRED - round(share * PREFERRED), round(share * PREFERRED)
    fits = ((total, max(1, min(total - 1, round(share * total)))) for total in _totals(most))
    total, canary = min(
        ((total, canary) for total, canary in fits if canary <= most and total - canary <= most),
        key=lambda fit: round(abs(fit[1] / fit[0] - share), 9),
    )
    return total - canary, canary


def attainable(traffic: Traffic, most: int) -> Traffic:
    """The traffic with its shares as whole weights up to ``most`` can set them; 4 digits."""
    weights = {version: _share(*ratio(share, most)) for version, share in traffic["weights"].items()}
    return {**traffic, "weights": {version: share for version, share in weights.items() if share > 0}}


def described(weights: Mapping[str, float], canary: str) -> Traffic:
    """The traffic that a set of weights stands for: the canary's share, and that of all others beside the greatest.

    Raises TargetError where all of them are 0.
    """
    total = sum(weights.values())
    if total <= 0:
        raise TargetError("No version gets any traffic: every weight is 0. Give one a weight first.")
    served = {version: weight for version, weight in weights.items() if weight > 0}
    others = {version: weight for version, weight in served.items() if version != canary}
    base = max(others, key=lambda version: (others[version], version)) if others else canary
    extra = {version: round(weight / total, 4) for version, weight in served.items() if version != base}
    return {"version": base, "weights": extra}


def _totals(most: int) -> list[int]:
    return [PREFERRED, *(total for total in range(2, min(2 * most, 1000) + 1) if total != PREFERRED)]


def _share(base: int, canary: int) -> float:
    return round(canary / (base + canary), 4)
