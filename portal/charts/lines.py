"""A line chart with few series, such as canary against baseline, with gridlines, markers and limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils.safestring import SafeString

from portal.charts import svg

LETTER = 6.0  # width of a letter of a label, about, in user units


@dataclass(frozen=True)
class Series:
    """One line. `css` is canary, baseline, good, fair, poor or stale; points are (time or number, value), in order."""

    label: str
    css: str
    points: Sequence[tuple[datetime | float, float]]


@dataclass(frozen=True)
class Marker:
    """A vertical dashed line with words, such as the start of a segment."""

    at: datetime | float
    label: str


@dataclass(frozen=True)
class Limit:
    """A horizontal dashed line with words, such as the rollback threshold."""

    value: float
    label: str
    css: str = "poor"


@dataclass(frozen=True)
class Frame:
    """Where numbers land on the drawing, in user units."""

    left: float
    right: float
    top: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]
    log: bool = False

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point."""
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        low, high, here = (math.log10(value) if self.log else value for value in (*self.y, y))
        up = (here - low) / ((high - low) or 1)
        return self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top)


@dataclass(frozen=True)
class LineChart:
    """All that one chart shows. `unit` is written after each tick; `scale` multiplies values before they are written.

    `log` makes every gridline ten times the one below, from `low`, which must then be above 0.
    """

    label: str
    series: Sequence[Series]
    markers: Sequence[Marker] = ()
    limits: Sequence[Limit] = ()
    unit: str = ""
    scale: float = 1.0
    low: float | None = None
    high: float | None = None
    height: float = 190
    width: float = field(default=660)
    log: bool = False


def seconds(at: datetime | float) -> float:
    """Return a point in time as seconds since 1970, or the number itself."""
    return at.timestamp() if isinstance(at, datetime) else float(at)


def draw(chart: LineChart) -> SafeString:
    """Return the chart as SVG. A chart without points says so in words."""
    values = [y for series in chart.series for _, y in series.points] + [limit.value for limit in chart.limits]
    times = [seconds(x) for series in chart.series for x, _ in series.points]
    if not times:
        empty = svg.text("none", chart.width / 2, chart.height / 2, "No measurements yet.")
        return svg.picture("line-chart", chart.width, chart.height, f"{chart.label}: no measurements yet", empty)
    low = min([*values, 0.0]) if chart.low is None else chart.low
    high = max(values) * 1.08 if chart.high is None else chart.high
    high = high if high > low else low + 1
    frame = Frame(42, chart.width - 4, 16, chart.height - 22, (min(times), max(times)), (low, high), chart.log)
    parts = [*_grid(chart, frame), *_times(chart, frame), *_limits(chart, frame), *_markers(chart, frame)]
    for series in reversed(chart.series):
        points = [frame.at(seconds(x), min(max(y, low), high)) for x, y in series.points]
        parts.append(svg.path(f"curve {series.css}", svg.polyline(points)))
    return svg.picture("line-chart", chart.width, chart.height, chart.label, svg.join(parts))


def written(chart: LineChart, value: float) -> str:
    """Return a value the way the axis and the table write it."""
    scaled = value * chart.scale
    digits = 0 if abs(scaled) >= 100 or scaled == int(scaled) else 1 if abs(scaled) >= 10 else 2
    return f"{scaled:,.{digits}f}".replace(",", "\u202f") + (f"\u202f{chart.unit}" if chart.unit else "")


def _grid(chart: LineChart, frame: Frame) -> list[SafeString]:
    parts = []
    scaled = _decades(*frame.y) if chart.log else svg.ticks(frame.y[0] * chart.scale, frame.y[1] * chart.scale)
    whole = all(value == int(value) for value in scaled)
    for value in scaled:
        _, y = frame.at(frame.x[0], value / chart.scale)
        name = f"{value:g}" if chart.log else _tick(value, whole)
        parts.append(svg.path("gridline", svg.line(frame.left, y, frame.right, y)))
        parts.append(svg.text("tick", frame.left - 6, y + 4, name + (f"\u202f{chart.unit}" if chart.unit else "")))
    return parts


def _decades(low: float, high: float) -> list[float]:
    """The powers of ten within the bounds."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    return [10.0**power for power in range(first, last + 1)]


def _tick(value: float, whole: bool) -> str:
    if whole:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.2g}" if abs(value) < 0.1 else f"{value:.1f}"


def clock(span: float) -> Callable[[float], str]:
    """Return how to write a moment on an axis that spans so many seconds."""
    form = "%H:%M:%S" if span < 600 else "%H:%M" if span < 2 * 86400 else "%d %b"
    return lambda at: datetime.fromtimestamp(at, UTC).strftime(form).removeprefix("0" if span >= 2 * 86400 else "")


def _times(chart: LineChart, frame: Frame) -> list[SafeString]:
    timed = any(isinstance(x, datetime) for series in chart.series for x, _ in series.points)
    if not timed or frame.x[1] <= frame.x[0]:
        return []
    write = clock(frame.x[1] - frame.x[0])
    places = [(0.0, "start"), (0.5, "middle"), (1.0, "end")]
    y = frame.bottom + 16
    return [
        svg.text(
            f"time {anchor}",
            frame.left + share * (frame.right - frame.left),
            y,
            write(frame.x[0] + share * (frame.x[1] - frame.x[0])),
        )
        for share, anchor in places
    ]


def _limits(chart: LineChart, frame: Frame) -> list[SafeString]:
    parts = []
    for limit in chart.limits:
        if frame.y[0] <= limit.value <= frame.y[1]:
            _, y = frame.at(frame.x[0], limit.value)
            parts.append(svg.path(f"limit {limit.css}", svg.line(frame.left, y, frame.right, y)))
            parts.append(svg.text("limit-name", frame.right, y - 5, limit.label))
    return parts


def _markers(chart: LineChart, frame: Frame) -> list[SafeString]:
    parts = []
    ends: list[float] = []  # where the last label of each row of labels ends
    for marker in chart.markers:
        at = seconds(marker.at)
        if frame.x[0] <= at <= frame.x[1]:
            x, _ = frame.at(at, frame.y[0])
            late = x > frame.left + (frame.right - frame.left) * 0.75
            width = len(marker.label) * LETTER + 12
            start = x - width if late else x
            row = next((index for index, end in enumerate(ends) if end <= start), len(ends))
            ends[row : row + 1] = [start + width]
            place, css = (x - 4, "marker-name end") if late else (x + 4, "marker-name")
            parts.append(svg.path("marker", svg.line(x, frame.top - 10, x, frame.bottom)))
            parts.append(svg.text(css, place, frame.top - 3 + 13 * row, marker.label))
    return parts


def table(chart: LineChart, limit: int = 60) -> list[tuple[datetime | float, list[str]]]:
    """Return the rows behind the chart: moment and one written value a series, newest first, at most `limit`."""
    rows: dict[float, tuple[datetime | float, list[str]]] = {}
    for index, series in enumerate(chart.series):
        for at, value in series.points:
            row = rows.setdefault(seconds(at), (at, ["–"] * len(chart.series)))
            row[1][index] = written(chart, value)
    return [rows[key] for key in sorted(rows, reverse=True)[:limit]]
