"""Lists as CSV, row by row, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet runs a cell that starts with one of these as a formula; an apostrophe makes it text."""


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        """The line itself."""
        return value


def cell(value: object) -> str:
    """`value` as text that no spreadsheet takes for a formula; None is empty. A number stays one, below zero too."""
    if isinstance(value, (int, float)):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """One CSV line for each row."""
    writer = csv.writer(_Echo())
    return (writer.writerow([cell(value) for value in row]) for row in rows)


def download(rows: Iterable[Sequence[object]], name: str) -> StreamingHttpResponse:
    """The rows, header first, as a file called `name`; they are read while they are sent."""
    answer = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
