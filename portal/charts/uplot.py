"""The same chart as data for uPlot, which lets people zoom and read values on the rollout page."""

from __future__ import annotations

from typing import Any

from portal.charts.lines import LineChart, seconds


def payload(chart: LineChart) -> dict[str, Any]:
    """Return what portal/static/portal/chart.js reads: x in seconds, one column of values (or null) a series."""
    times = sorted({seconds(at) for series in chart.series for at, _ in series.points})
    columns = []
    for series in chart.series:
        known = {seconds(at): value * chart.scale for at, value in series.points}
        columns.append([known.get(at) for at in times])
    return {
        "label": chart.label,
        "unit": chart.unit,
        "x": times,
        "y": columns,
        "series": [{"label": series.label, "css": series.css} for series in chart.series],
        "markers": [{"x": seconds(marker.at), "label": marker.label} for marker in chart.markers],
        "limits": [{"y": limit.value * chart.scale, "label": limit.label, "css": limit.css} for limit in chart.limits],
    }
