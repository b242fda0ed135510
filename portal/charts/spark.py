"""A sparkline: the course of one number, without axes."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from portal.charts import svg


def spark(
    values: Sequence[float | None], label: str, *, width: int = 80, height: int = 24, css: str = ""
) -> SafeString:
    """Return the line of `values`, oldest first. None breaks the line. Fewer than two values draw nothing but the name."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    span = (high - low) or 1.0
    flat = high == low
    step = (width - 4) / max(len(values) - 1, 1)
    pieces: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            pieces.append([])
            continue
        share = 0.5 if flat else (value - low) / span
        pieces[-1].append((2 + index * step, height - 3 - share * (height - 6)))
    data = "".join(svg.polyline(piece) for piece in pieces if len(piece) > 1)
    return svg.picture(f"spark {css}".strip(), width, height, label, svg.path("curve", data), fixed=True)
