"""The few drawing words that all charts share. Every label is escaped here."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def num(value: float) -> str:
    """Return a coordinate with at most one decimal, without a trailing zero."""
    return f"{value:.1f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def rect(x: float, y: float, width: float, height: float) -> str:
    """Return path data of a rectangle in user units."""
    return f"M{num(x)} {num(y)}h{num(width)}v{num(height)}h{num(-width)}z"


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return path data of one straight line."""
    return f"M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}"


def polyline(points: Sequence[tuple[float, float]]) -> str:
    """Return path data through the points, in order; empty for fewer than one."""
    return "M" + "L".join(f"{num(x)} {num(y)}" for x, y in points) if points else ""


def hatch(x: float, y: float, width: float, height: float, gap: float = 8) -> str:
    """Return path data of 45-degree lines clipped to a rectangle.

    Drawing the lines themselves instead of a pattern keeps charts free of ids, so any number fit on one page.
    """
    parts = []
    offset = gap
    while offset < width + height:
        x1, y1 = (x + offset, y) if offset <= width else (x + width, y + offset - width)
        x2, y2 = (x, y + offset) if offset <= height else (x + offset - height, y + height)
        parts.append(line(x1, y1, x2, y2))
        offset += gap
    return "".join(parts)


def path(css: str, data: str) -> SafeString:
    """Return a path element, or nothing when there is nothing to draw."""
    return format_html('<path class="{}" d="{}"/>', css, data) if data else SafeString("")


def text(css: str, x: float, y: float, words: object) -> SafeString:
    """Return a text element; `words` is escaped."""
    return format_html('<text class="{}" x="{}" y="{}">{}</text>', css, num(x), num(y), words)


def group(css: str, *parts: SafeString) -> SafeString:
    """Return the parts in one group."""
    return format_html('<g class="{}">{}</g>', css, join(parts))


def join(parts: Sequence[SafeString]) -> SafeString:
    """Return the parts one after another."""
    return format_html_join("", "{}", ((part,) for part in parts))


def picture(css: str, width: float, height: float, label: str, body: SafeString, *, fixed: bool = False) -> SafeString:
    """Return the svg element: an image with an accessible name. `fixed` keeps its size in pixels, else it fills its box."""
    size = format_html(' width="{}" height="{}"', num(width), num(height)) if fixed else ""
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}"{} role="img" aria-label="{}">{}</svg>',
        css, num(width), num(height), size, label, body,
    )  # fmt: skip


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return about `count` round values (1, 2 or 5 times a power of ten) that lie within low and high."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    raw = span / count
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]
