"""Places on a line that are as near as possible to where each thing wants to be, and far enough from each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Places in the order given, `gaps[i]` apart at least, with the least sum of squared distances from `wanted`.

    Pool adjacent violators (Ayer et al., 1955) on what is wanted minus the room that those before need.
    """
    room = [0.0, *accumulate(gaps)][: len(wanted)]
    pools: list[tuple[float, int]] = []
    for want, taken in zip(wanted, room, strict=True):
        total, count = want - taken, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before, many = pools.pop()
            total, count = total + before, count + many
        pools.append((total, count))
    level = [total / count for total, count in pools for _ in range(count)]
    return [place + taken for place, taken in zip(level, room, strict=True)]
