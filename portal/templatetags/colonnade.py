"""The words of the templates: icons, states, badges, times and charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.charts import bars, glyph, lines, spark
from portal.charts import uplot as uplot_chart
from portal.charts.heat import HeatCell
from portal.templatetags import wording

register = template.Library()

register.filter("thin", wording.thin)
register.filter("money", wording.money)
register.filter("percent", wording.percent)
register.filter("effort", wording.effort)
register.filter("delta", wording.delta)
register.filter("lasting", wording.lasting)
register.filter("initials", wording.initials)
register.filter("day", wording.day)
register.filter("spaced", wording.spaced)
register.filter("plain", wording.plain)

STATES = {"good", "fair", "poor", "stale", "neutral"}
BADGES = STATES | {"silver", "info", "ink"}
LEVELS = {
    "gold": ("Gold", "good"),
    "silver": ("Silver", "silver"),
    "bronze": ("Bronze", "fair"),
    "below": ("Below", "poor"),
    "unknown": ("Unknown", "stale"),
}
BADGE_WORDS = {"gold": "good", "bronze": "fair", "below": "poor", "unknown": "stale"}


@register.filter
def lookup(table: Any, key: object) -> object:
    """Read `table[key]`; the key itself where the table has no such entry."""
    return table.get(key, key) if hasattr(table, "get") else key


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of the sprite. It says nothing to a screen reader: put words beside it."""
    href = f"{static('vendor/icons.svg')}#{name}"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', f"icon {css}".strip(), href)


@register.simple_tag
def state(kind: str, icon_name: str, label: str) -> SafeString:
    """Draw the tinted square of a state: good, fair, poor, stale or neutral; the label is read, not seen."""
    css = kind if kind in STATES else "neutral"
    return format_html(
        '<span class="state state-{}" title="{}">{}<span class="visually-hidden">{}</span></span>',
        css, label, icon(icon_name), label,
    )  # fmt: skip


@register.simple_tag
def badge(label: object, kind: str = "neutral", icon: str = "") -> SafeString:
    """Draw a badge: good, fair, poor, silver, stale, neutral, info or ink."""
    name = BADGE_WORDS.get(kind, kind)
    css = name if name in BADGES else "neutral"
    drawn = _icon(icon) if icon else ""
    return format_html('<span class="badge badge-{}">{}{}</span>', css, drawn, label)


_icon = icon


@register.simple_tag
def level(name: str | None) -> SafeString:
    """Draw the badge of a level: gold, silver, bronze, below or unknown; another name is shown as it is."""
    label, css = LEVELS.get((name or "unknown").lower(), (name or "Unknown", "neutral"))
    return format_html('<span class="badge badge-{}">{}</span>', css, label)


@register.simple_tag
def ago(moment: datetime | None, never: str = "never") -> SafeString:
    """Write a moment relative to now, with the absolute time as tooltip; the page keeps it fresh."""
    if moment is None:
        return format_html("{}", never)
    words = wording.relative(moment, timezone.now())
    exact = moment.astimezone(timezone.get_default_timezone())
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        moment.isoformat(),
        f"{exact.day} {exact:%b %Y %H:%M:%S %Z}",
        words,
    )


@register.simple_tag
def when(moment: datetime) -> SafeString:
    """Write a planned moment: 10:00, Tue 10:00 or 1 Dec; the page turns it into local time."""
    words = wording.planned(moment, timezone.now())
    exact = f"{moment.day} {moment:%b %Y %H:%M:%S %Z}"
    return format_html('<time datetime="{}" title="{}" data-when>{}</time>', moment.isoformat(), exact, words)


@register.simple_tag
def found(count: int) -> str:
    """Write how many rows a list has, the same way over the whole portal: 27 found, Nothing found."""
    return f"{wording.thin(count)} found" if count else "Nothing found"


@register.simple_tag
def took(start: datetime, end: datetime) -> str:
    """Write how long something lasted."""
    return wording.lasting((end - start).total_seconds())


@register.simple_tag
def trend(change: float | None, digits: int = 0) -> SafeString:
    """Write a change in points as an arrow and a number with so many decimals; a dash when it is nothing."""
    rounded = round(change or 0, digits or None)
    if not rounded:
        return format_html('<span class="trend">{}<span class="visually-hidden">no change</span></span>', "–")
    css, arrow, word = ("up", "▲", "up") if rounded > 0 else ("down", "▼", "down")
    return format_html(
        '<span class="trend trend-{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span> {}</span>',
        css, arrow, word, abs(rounded),
    )  # fmt: skip


@register.simple_tag(name="glyph")
def small_glyph(pillars: Sequence[glyph.Pillar], target: float | None = None) -> SafeString:
    """Draw the small glyph of five pillars."""
    return glyph.small(pillars, target)


@register.simple_tag
def glyph_large(
    pillars: Sequence[glyph.Pillar],
    target: float | None = None,
    bronze: float | None = None,
    silver: float | None = None,
    gold: float | None = None,
) -> SafeString:
    """Draw the large glyph; each level given is drawn as a named line."""
    named = (("Bronze", bronze), ("Silver", silver), ("Gold", gold))
    return glyph.large(pillars, target, levels=[(name, score) for name, score in named if score is not None])


@register.simple_tag(name="spark")
def sparkline(
    values: Sequence[float | None], label: str, width: int = 80, height: int = 24, css: str = ""
) -> SafeString:
    """Draw a sparkline; the label says what its course means."""
    return spark.spark(values, label, width=width, height=height, css=css)


@register.inclusion_tag("_components/line_chart.html", name="lines")
def line_chart(
    series: Sequence[lines.Series],
    label: str,
    markers: Sequence[lines.Marker] = (),
    limits: Sequence[lines.Limit] = (),
    unit: str = "",
    scale: float = 1.0,
    low: float | None = None,
    high: float | None = None,
    height: float = 190,
    log: bool = False,
) -> dict[str, Any]:
    """Draw a line chart with its legend and the table behind it."""
    chart = lines.LineChart(
        label=label,
        series=series,
        markers=markers,
        limits=limits,
        unit=unit,
        scale=scale,
        low=low,
        high=high,
        height=height,
        log=log,
    )
    return {"chart": chart, "svg": lines.draw(chart), "rows": lines.table(chart)}


@register.inclusion_tag("_components/uplot.html")
def uplot(chart: lines.LineChart, chart_id: str) -> dict[str, Any]:
    """Draw a line chart which uPlot takes over where scripts run; `chart_id` is unique on the page."""
    return {
        "chart": chart,
        "chart_id": chart_id,
        "data": uplot_chart.payload(chart),
        "svg": lines.draw(chart),
        "rows": lines.table(chart),
    }


@register.inclusion_tag("_components/bar_chart.html", name="stacked_bars")
def bar_chart(
    bars_: Sequence[bars.Bar], parts: Sequence[bars.Part], label: str, share: bool = True, height: float = 190
) -> dict[str, Any]:
    """Draw stacked bars with their legend and the table behind them."""
    chart = bars.BarChart(label=label, parts=parts, bars=bars_, share=share, height=height)
    return {"chart": chart, "svg": bars.draw(chart)}


@register.inclusion_tag("_components/heat_cell.html")
def heat(
    score: float | None, delta: float | None = None, level: str = "unknown", stale: bool = False, url: str = ""
) -> dict[str, Any]:
    """Draw one table cell (the td itself) of a heat table."""
    return {"cell": HeatCell(score=score, delta=delta, level=level, stale=stale, url=url)}
