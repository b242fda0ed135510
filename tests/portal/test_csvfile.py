"""CSV that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.csvfile import FORMULA, cell, download, lines


@pytest.mark.parametrize("start", FORMULA)
def test_a_cell_that_could_be_a_formula_becomes_text(start: str) -> None:
    assert cell(f"{start}cmd|' /C calc'!A0").startswith("'")


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1), max_size=5))
def test_what_is_written_is_read_back_and_no_cell_begins_a_formula(rows: list[list[str]]) -> None:
    back = list(csv.reader(io.StringIO("".join(lines(rows)))))
    assert [[value.removeprefix("'") for value in row] for row in back] == [
        [value.removeprefix("'") for value in row] for row in rows
    ]
    assert not [value for row in back for value in row if value.startswith(FORMULA)]


def test_nothing_is_an_empty_cell() -> None:
    assert b"".join(download([("a", None, 1)], "x.csv")) == b"a,,1\r\n"


def test_a_number_below_zero_stays_a_number() -> None:
    assert (cell(-4.5), cell("-4.5")) == ("-4.5", "'-4.5")
