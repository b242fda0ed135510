"""The colonnade glyph: small, readable without seeing it, honest about what is not known."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from portal.charts.glyph import LEVELS, Pillar, large, small

LABELS = ("Operations", "Security", "Reliability", "Performance", "Cost")
scores = st.one_of(st.none(), st.floats(-20, 120, allow_nan=False))
columns = st.tuples(
    *[
        st.builds(Pillar, st.just(name), st.just(name), scores, st.sampled_from(LEVELS), st.floats(0, 1))
        for name in LABELS
    ]
)


def five(*values: float | None, confidence: float = 1.0) -> list[Pillar]:
    return [Pillar(name, name, value, "good", confidence, 0) for name, value in zip(LABELS, values, strict=True)]


@given(columns, st.one_of(st.none(), st.integers(0, 100)))
def test_the_small_glyph_is_under_a_kilobyte_and_well_formed(pillars: tuple[Pillar, ...], target: int | None) -> None:
    drawn = small(pillars, target)
    assert len(drawn.encode()) < 1024
    ElementTree.fromstring(drawn)  # noqa: S314 our own output


def test_both_glyphs_name_all_five_pillars_with_their_scores_and_the_target() -> None:
    pillars = five(81, 92, 58, None, 64)
    words = "Operations 81, Security 92, Reliability 58, Performance unknown, Cost 64, target 70"
    assert f'aria-label="{words}"' in small(pillars, 70)
    assert f'aria-label="{words}"' in large(pillars, 70)


def test_a_stale_pillar_looks_hollow_and_a_fresh_one_does_not() -> None:
    assert 'class="hollow"' not in small(five(80, 80, 80, 80, 80))
    assert 'class="hollow"' in small(five(80, 80, 80, 80, 80, confidence=0.5))
    assert 'class="hatch"' in large(five(80, 80, 80, 80, 80, confidence=0.5))
    assert 'class="hatch"' not in large(five(80, 80, 80, 80, 80))


def test_a_column_is_as_high_as_its_score() -> None:
    def tops(drawn: str) -> list[float]:
        caps = re.search(r'class="cap good" d="([^"]+)"', drawn)
        assert caps
        return [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)", caps.group(1))]

    assert tops(small(five(100, 80, 60, 40, 20))) == [2, 7, 12, 17, 22]


def test_the_roof_line_stands_at_the_target() -> None:
    assert 'class="roof" d="M1 9.5L63 9.5"' in small(five(1, 2, 3, 4, 5), 70)
    assert 'class="roof"' not in small(five(1, 2, 3, 4, 5))


def test_an_unknown_pillar_is_neither_good_nor_poor() -> None:
    drawn = large(five(None, 80, 80, 80, 80))
    assert '<g class="column unknown">' in drawn
    assert ">?<" in drawn


def test_the_large_glyph_says_how_each_pillar_moved() -> None:
    pillars = [
        Pillar("a", "Up", 50, "fair", 1, 3),
        Pillar("b", "Down", 50, "fair", 1, -9),
        Pillar("c", "Same", 50, "fair", 1, 0.2),
    ]
    drawn = large(pillars, levels=[("Silver", 70)])
    assert "▲ 3" in drawn
    assert "▼ 9" in drawn
    assert drawn.count(">–<") == 1
    assert ">Silver<" in drawn


def test_glyphs_carry_no_id_so_that_many_fit_on_one_page() -> None:
    assert " id=" not in small(five(1, 2, 3, 4, 5, confidence=0.5), 70)
    assert " id=" not in large(five(1, 2, 3, 4, 5, confidence=0.5), 70)


def test_a_small_unknown_pillar_is_an_empty_outline() -> None:
    drawn = small(five(None, 80, 80, 80, 80))
    assert drawn.count('class="ghost"') == 1
    assert drawn.count("M") - drawn.count('class="ground"') == 1 + 2 * 4  # one outline; shaft and cap of the other four
