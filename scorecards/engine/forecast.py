"""When a count that grows will reach its goal: a straight line through what was counted lately (least squares)."""

from __future__ import annotations

from collections.abc import Sequence

#: Days further away than this are no forecast.
FAR = 3650.0


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The growth for each unit of x, by least squares; 0 where the points do not say."""
    if len(points) < 2:
        return 0.0
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    if spread == 0:
        return 0.0
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread


def reaches(points: Sequence[tuple[float, float]], goal: float) -> float | None:
    """The x at which the line from the last point reaches the goal, or None where it does not grow, or not soon.

    The last point's own x where it is there already. `points` in order of x.
    """
    if not points:
        return None
    last, count = points[-1]
    if count >= goal:
        return last
    rate = slope(points)
    if rate <= 0 or (goal - count) / rate > FAR:
        return None
    return last + (goal - count) / rate
