"""Rates and percentiles, computed here from counts, values and histograms: no source has to be trusted with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, inf


def of_values(ordered: Sequence[float], quantile: float) -> float:
    """The quantile (0 to 1) of values in ascending order, between two neighbours by their distance (Hyndman and Fan 7).

    Raises ValueError without values.
    """
    if not ordered:
        raise ValueError("A percentile needs at least one value.")
    place = (len(ordered) - 1) * quantile
    low, high = floor(place), ceil(place)
    # Not low + part * (high - low): that does not give a value back exactly where both neighbours are equal.
    return ordered[low] * (1 - (place - low)) + ordered[high] * (place - low) if high > low else float(ordered[low])


def of_histogram(counts: Mapping[float, float], quantile: float) -> float | None:
    """The quantile of a histogram {upper bound: count of its own bucket}; None where it is empty.

    Values are taken to be spread evenly within a bucket, as Prometheus does it; what lies in a last bucket without an
    end is told as that bucket's beginning.
    """
    total = sum(counts.values())
    if total <= 0:
        return None
    wanted, before, begin = quantile * total, 0.0, 0.0
    for end in sorted(counts):
        count = counts[end]
        if count > 0 and before + count >= wanted:
            if end == inf:
                return begin
            start = min(begin, end)
            return start + (end - start) * (wanted - before) / count
        before, begin = before + count, end
    return begin


def from_cumulative(upto: Iterable[tuple[float, float]]) -> dict[float, float]:
    """(upper bound, count up to it) as a histogram. Counts that fall are a reset between two reads: taken as 0."""
    found, before = {}, 0.0
    for end, count in sorted(upto):
        found[end] = max(0.0, count - before)
        before = max(before, count)
    return found


def merged(histograms: Iterable[Mapping[float, float]]) -> dict[float, float]:
    """Histograms summed bucket by bucket."""
    found: dict[float, float] = {}
    for histogram in histograms:
        for end, count in histogram.items():
            found[end] = found.get(end, 0.0) + count
    return found


def enough(quantile: float) -> int:
    """How many requests a percentile needs, at least: five beyond it on its rarer side.

    With fewer the percentile of the smaller side is not only noisy but shifted, which would look like a difference.
    """
    return ceil(5 / max(min(quantile, 1 - quantile), 0.001))
