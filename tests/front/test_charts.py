"""Charts are drawn on the server: they escape labels, survive empty data and have a table behind them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from portal.charts import bars, lines, svg, uplot
from portal.charts.glyph import Pillar, large, small
from portal.charts.heat import HeatCell
from portal.charts.spark import spark

HOSTILE = '"><script>alert(1)</script><text x="'
START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def chart(count: int = 30, label: str = "Errors", **more: object) -> lines.LineChart:
    points = [(START + timedelta(minutes=minute), 0.01) for minute in range(count)]
    series = [lines.Series(label, "canary", points), lines.Series("baseline", "baseline", points)]
    return lines.LineChart(label=label, series=series, unit="%", scale=100, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "drawn",
    [
        small([Pillar("a", HOSTILE, 50)]),
        large([Pillar("a", HOSTILE, 50)], 70, levels=[(HOSTILE, 50)]),
        spark([1, 2], HOSTILE),
        lines.draw(chart(label=HOSTILE, markers=[lines.Marker(START, HOSTILE)], limits=[lines.Limit(0.01, HOSTILE)])),
        bars.draw(bars.BarChart(HOSTILE, [bars.Part(HOSTILE, "gold")], [bars.Bar(HOSTILE, [1])])),
    ],
)
def test_a_hostile_label_stays_text(drawn: SafeString) -> None:
    assert "<script" not in drawn
    tree = ElementTree.fromstring(drawn)  # noqa: S314 our own output
    assert HOSTILE in tree.attrib["aria-label"]


def test_a_hostile_label_stays_text_in_the_table_behind_the_chart() -> None:
    template = Template('{% load colonnade %}{% lines series label %}{% uplot chart "c" %}')
    html = template.render(
        Context({"series": chart(label=HOSTILE).series, "label": HOSTILE, "chart": chart(label=HOSTILE)})
    )
    assert "<script>alert" not in html


def test_a_chart_without_measurements_says_so() -> None:
    assert "No measurements yet." in lines.draw(lines.LineChart("Errors", [lines.Series("canary", "canary", [])]))
    assert "Nothing to show yet." in bars.draw(bars.BarChart("Levels", [bars.Part("Gold", "gold")], []))


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=60))
def test_a_sparkline_stays_inside_its_box(values: list[float | None]) -> None:
    drawn = spark(values, "Cost")
    tree = ElementTree.fromstring(drawn)  # noqa: S314 our own output
    for path in tree.iter("path"):
        numbers = path.attrib["d"].replace("M", " ").replace("L", " ").split()
        assert all(0 <= float(x) <= 80 for x in numbers[::2])
        assert all(0 <= float(y) <= 24 for y in numbers[1::2])


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 8))
def test_ticks_are_few_rising_and_within_the_scale(low: float, span: float, count: int) -> None:
    found = svg.ticks(low, low + span, count)
    assert len(found) <= count + 1
    assert found == sorted(found)
    slack = abs(span) * 1e-6 + 1e-9
    assert all(low - slack <= value <= low + span + slack for value in found)


def test_shares_fill_each_bar_and_heights_do_not() -> None:
    parts = [bars.Part("Gold", "gold"), bars.Part("Below", "below")]
    rows = [bars.Bar("1 Sep", [1, 1]), bars.Bar("8 Sep", [4, 4])]
    assert 'class="layer gold" d="M' in bars.draw(bars.BarChart("Levels", parts, rows))
    shares = bars.draw(bars.BarChart("Levels", parts, rows))
    heights = bars.draw(bars.BarChart("Levels", parts, rows, share=False))
    assert shares.count("v79h") == 4  # half of 160, less the gap
    assert heights.count("v79h") == 2


def test_the_table_behind_a_chart_is_newest_first_and_writes_gaps_as_dashes() -> None:
    late = START + timedelta(minutes=5)
    series = [
        lines.Series("canary", "canary", [(START, 0.01), (late, 0.02)]),
        lines.Series("baseline", "baseline", [(START, 0.005)]),
    ]
    rows = lines.table(lines.LineChart("Errors", series, unit="%", scale=100))
    assert rows == [(late, ["2\u202f%", "–"]), (START, ["1\u202f%", "0.50\u202f%"])]


def test_every_chart_of_a_template_has_a_table_behind_it() -> None:
    template = Template(
        '{% load colonnade %}{% lines series "Errors" unit="%" scale=100 %}{% stacked_bars bars parts "Levels" %}'
    )
    parts, rows = [bars.Part("Gold", "gold")], [bars.Bar("1 Sep", [3])]
    html = template.render(Context({"series": chart().series, "bars": rows, "parts": parts}))
    assert html.count("<details") == 2
    assert html.count("<caption") == 2


def test_uplot_gets_one_column_a_series_with_gaps_as_null() -> None:
    series = [
        lines.Series("canary", "canary", [(START, 0.01)]),
        lines.Series("baseline", "baseline", [(START + timedelta(minutes=1), 0.02)]),
    ]
    data = uplot.payload(lines.LineChart("Errors", series, markers=[lines.Marker(START, "25 %")], scale=100))
    assert data["x"] == [START.timestamp(), START.timestamp() + 60]
    assert data["y"] == [[1.0, None], [None, 2.0]]
    assert data["markers"] == [{"x": START.timestamp(), "label": "25 %"}]


def test_a_heat_cell_without_a_score_claims_no_level() -> None:
    cell = HeatCell(score=None, delta=4, level="good")
    assert (cell.css, cell.number, cell.change) == ("unknown", "–", "")
    assert HeatCell(score=50.4, delta=-3.2, level="fair").change == "\u22123"


def test_labels_of_close_markers_stand_in_rows_of_their_own() -> None:
    close = [lines.Marker(START + timedelta(minutes=minute), f"zone {minute}, 25 %") for minute in (1, 2, 15)]
    drawn = lines.draw(chart(markers=close))
    assert re.findall(r'class="marker-name" x="[\d.]+" y="([\d.]+)"', drawn) == ["13", "26", "13"]


def test_a_log_chart_shows_small_values_apart_and_names_powers_of_ten() -> None:
    points = [(float(number), value) for number, value in enumerate((0.02, 0.2, 2.0, 20.0))]
    chart = lines.LineChart("odds", [lines.Series("evidence", "canary", points)], low=0.01, high=40.0, log=True)
    drawn = lines.draw(chart)
    for name in (">0.01<", ">0.1<", ">1<", ">10<"):
        assert name in drawn
    frame = lines.Frame(0, 100, 0, 300, (0, 3), (0.01, 10.0), log=True)
    heights = [frame.at(0, value)[1] for value in (0.01, 0.1, 1.0, 10.0)]
    assert heights == pytest.approx([300, 200, 100, 0])
