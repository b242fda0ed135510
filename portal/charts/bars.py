"""Stacked bars: how a whole is split, one bar a week, month or team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from portal.charts import svg


@dataclass(frozen=True)
class Part:
    """One layer of every bar. `css` is gold, silver, bronze, below, unknown, good, fair, poor, stale or lapis."""

    label: str
    css: str


@dataclass(frozen=True)
class Bar:
    """One bar: a label and one value a part, in the order of the parts, bottom layer last."""

    label: str
    values: Sequence[float]


@dataclass(frozen=True)
class BarChart:
    """All that one chart shows. `share` stretches every bar to the full height."""

    label: str
    parts: Sequence[Part]
    bars: Sequence[Bar]
    share: bool = True
    height: float = 190
    width: float = 660


def draw(chart: BarChart) -> SafeString:
    """Return the chart as SVG, with a label under about every third bar when there are many."""
    count = len(chart.bars)
    if not count:
        empty = svg.text("none", chart.width / 2, chart.height / 2, "Nothing to show yet.")
        return svg.picture("bar-chart", chart.width, chart.height, f"{chart.label}: nothing to show yet", empty)
    pitch = chart.width / count
    thick = min(pitch * 0.72, 56.0)
    most = max((sum(bar.values) for bar in chart.bars), default=0) or 1.0
    layers = [""] * len(chart.parts)
    names = []
    every = max(1, -(-count // 6))
    bottom = chart.height - 24
    for index, bar in enumerate(chart.bars):
        x = pitch * index + (pitch - thick) / 2
        whole = (sum(bar.values) or 1.0) if chart.share else most
        y = bottom - sum(bar.values) / whole * (bottom - 6)
        for layer, value in enumerate(bar.values):
            tall = value / whole * (bottom - 6)
            if tall > 0:
                layers[layer] += svg.rect(x, y, thick, max(tall - 1, 0.5))
            y += tall
        last = index == count - 1
        if last or (index % every == 0 and count - 1 - index >= every / 2):
            names.append(svg.text("time middle", x + thick / 2, chart.height - 6, bar.label))
    drawn = [svg.path(f"layer {part.css}", data) for part, data in zip(chart.parts, layers, strict=True)]
    return svg.picture("bar-chart", chart.width, chart.height, chart.label, svg.join([*drawn, *names]))
