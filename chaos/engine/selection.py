"""How many of a service's hosts or tasks a fault may take, and which: capped, and the same until the fleet changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

MOST = 10
"""Never more than this many at once, whatever the share says."""
MOST_SHARE = 0.5
"""Never more than this share of all: what is left has to be able to answer."""


class TooMany(ValueError):
    """More was asked for than may go at once; the message says how many may."""


def how_many(total: int, *, count: str = "", percent: str = "") -> int:
    """How many of `total` (0 or more) go: `count` of them, or `percent` of them rounded down but at least one.

    Both are digits, and one of them is given. Raises TooMany beyond the cap, which for one or none is nothing.
    """
    cap = min(MOST, int(total * MOST_SHARE))
    wanted = int(count) if count else max(1, total * int(percent) // 100)
    if cap == 0:
        raise TooMany(f"it runs {total}: nothing would be left to answer")
    if wanted > cap:
        raise TooMany(f"{wanted} of {total} is more than may go at once: ask for at most {cap}")
    return wanted


def choose(names: Iterable[str], count: int, salt: str) -> list[str]:
    """`count` of the names, sorted. The order of choice is a hash, so that it favours neither old nor new ones.

    The same names give the same choice: what was previewed and approved is what will be hit.
    """
    ranked = sorted(names, key=lambda name: hashlib.sha256(f"{salt} {name}".encode()).digest())
    return sorted(ranked[:count])
