"""The metrics in the words of the page: title, value, change, what they are counted from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.urls import reverse

from deployments.dora.report import Line, Report
from deployments.engine.dora import Figures, changed
from portal.charts.lines import LineChart, Series
from portal.templatetags.wording import lasting, percent, thin

THROUGHPUT, INSTABILITY = "throughput", "instability"


@dataclass(frozen=True)
class Metric:
    """One of the five: how its value is read and written, whether more is better, and which deployments are behind it."""

    key: str
    title: str
    family: str
    value: Callable[[Figures], float | None]
    write: Callable[[float | None], str]
    more_is_better: bool
    behind: str
    unit: str
    scale: float


def rate(value: float | None) -> str:
    """Write deployments a day: “0.7 a day”, “every 5 days”, “12 a week” never."""
    if value is None:
        return "–"
    if value >= 0.5:
        return f"{thin(round(value, 1) if value < 10 else round(value))} a day"
    return f"every {thin(round(1 / value))} days" if value else "none"


def span(value: float | None) -> str:
    """Write seconds."""
    return "–" if value is None else lasting(value)


def share(value: float | None) -> str:
    """Write a share of one."""
    return "–" if value is None else percent(value)


METRICS = (
    Metric("lead", "Change lead time", THROUGHPUT, lambda f: f.lead, span, False, "succeeded", "h", 1 / 3600),
    Metric("frequency", "Deployment frequency", THROUGHPUT, lambda f: f.frequency, rate, True, "succeeded", "", 1.0),
    Metric("recovery", "Failed deployment recovery time", THROUGHPUT, lambda f: f.recovery, span, False, "failed", "h", 1 / 3600),
    Metric("fail_rate", "Change fail rate", INSTABILITY, lambda f: f.fail_rate, share, False, "failed", "%", 100.0),
    Metric("rework_rate", "Deployment rework rate", INSTABILITY, lambda f: f.rework_rate, share, False, "rework", "%", 100.0),
)  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """One metric on the page: `state` says whether the change is for the better (good), the worse (poor) or neither."""

    metric: Metric
    value: str
    before: str
    change: str
    state: str
    note: str
    chart: LineChart


def tiles(report: Report) -> list[Tile]:
    """All five."""
    return [_tile(metric, report) for metric in METRICS]


def verdict(report: Report) -> tuple[str, str]:
    """What the figures say, in a sentence; and what they say of failures."""
    now = report.now
    cell = now.cell
    if not cell.deployments:
        return "Nothing was deployed to production in this window.", ""
    live = f", half of the commits live within {span(now.lead)}" if now.lead is not None else ""
    first = f"{_many(cell.succeeded, 'deployment')} succeeded, {rate(now.frequency)}{live}."
    if not cell.failed:
        return first, "None needed an intervention."
    over = f", half of them over within {span(now.recovery)}" if now.recovery is not None else ""
    return first, f"{share(now.fail_rate)} needed an intervention{over}."


def contained(report: Report) -> LineChart:
    """Canaries that were taken back in time, week by week or month by month."""
    points = [(start, float(found.cell.contained)) for start, found in report.trend if found.cell.deployments]
    series = [Series("Contained by canary", "good", points)]
    return LineChart(f"Contained by canary, by {report.window.unit}", series, height=150)


def _tile(metric: Metric, report: Report) -> Tile:
    now, before = metric.value(report.now), metric.value(report.before)
    change = changed(now, before)
    points = [(start, value) for start, found in report.trend if (value := metric.value(found)) is not None]
    label = f"{metric.title}, by {report.window.unit}" + (" (a day)" if metric.key == "frequency" else "")
    chart = LineChart(label, [Series(metric.title, "canary", points)], unit=metric.unit, scale=metric.scale, height=150)
    return Tile(
        metric,
        metric.write(now),
        metric.write(before),
        _words(change),
        _state(metric, change),
        _note(metric, report.now),
        chart,
    )


def _words(change: float | None) -> str:
    if change is None:
        return ""
    if abs(change) < 0.005:
        return "as before"
    return f"{percent(round(abs(change), 2 if abs(change) < 1 else 1))} {'more' if change > 0 else 'less'} than before"


def _state(metric: Metric, change: float | None) -> str:
    if change is None or abs(change) < 0.05:
        return "neutral"
    return "good" if (change > 0) == metric.more_is_better else "poor"


def _note(metric: Metric, now: Figures) -> str:
    """What it was counted from, and how much of that is known."""
    cell = now.cell
    if metric.key == "lead":
        return f"median of {_many(len(cell.leads), 'commit')} · commits known of {share(now.covered_commits)} of deployments"
    if metric.key == "frequency":
        return f"{_many(cell.succeeded, 'deployment')} succeeded in {thin(round(now.days))} days"
    if metric.key == "recovery":
        return f"median of {_many(len(cell.recoveries), 'failure')} · end known of {share(now.covered_ends)} of failed ones"
    number = cell.failed if metric.key == "fail_rate" else cell.rework
    return f"{thin(number)} of {_many(cell.deployments, 'deployment')}"


def _many(number: int, noun: str) -> str:
    return f"{thin(number)} {noun}{'' if number == 1 else 's'}"


def rows(lines: Iterable[Line], by: str, query: str) -> list[dict[str, Any]]:
    """The table of groups: each leads to the report of that group alone."""
    kept = {name: values[-1] for name, values in parse_qs(query).items() if name not in (by, "by")}
    return [_row(line, by, kept) for line in lines]


def _row(line: Line, by: str, kept: dict[str, str]) -> dict[str, Any]:
    name = line.key.rpartition("/")[2]
    inner = {"by": "service"} if by != "service" else {}
    url = f"{reverse('deployments:dora')}?{urlencode({**kept, **inner, by: name})}" if name else ""
    values = [metric.write(metric.value(line.now)) for metric in METRICS]
    return {"name": name or f"without a {by}", "url": url, "line": line, "values": values}
