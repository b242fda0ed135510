"""How many hosts must stay after a fault: a share of all of them, and always at least one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """What one fault takes: `hit` of `total` hosts, None where nobody knows."""

    hit: int | None
    total: int | None


def must_stay(total: int, percent: int) -> int:
    """How many of `total` hosts must stay healthy, rounded up, at least one."""
    return max(1, math.ceil(total * percent / 100))


def too_few(losses: Sequence[Loss], percent: int) -> str:
    """Why these faults together would leave too few hosts, or "". Faults of one run stand at the same time.

    Hosts of two faults may be the same ones; they are counted as if they were not, which errs to the safe side.
    """
    if not losses:
        return ""
    known = [(loss.hit, loss.total) for loss in losses if loss.hit is not None and loss.total is not None]
    if len(known) < len(losses):
        return "how many hosts would stay is not known, so the answer is no"
    hit, total = sum(taken for taken, _ in known), min(of for _, of in known)
    wanted = must_stay(total, percent)
    stay = max(0, total - hit)
    return "" if stay >= wanted else f"{stay} of {total} hosts would stay, and {wanted} must ({percent} %)"
