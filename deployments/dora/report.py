"""The five metrics of a question: now, before, week by week, and by group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from deployments.dora import read
from deployments.dora.asked import GROUPS, Asked, Window
from deployments.engine.dora import Cell, Figures, Key, figures, merged


@dataclass
class Line:
    """One group: its key (a ref, or a name), and what was counted of it. Figures are worked out when they are asked for:
    of a thousand services a page shows 25."""

    key: str
    days: float
    cells: list[Cell]
    cells_before: list[Cell]

    @property
    def deployments(self) -> int:
        """How many there were in the window."""
        return sum(cell.deployments for cell in self.cells)

    @cached_property
    def now(self) -> Figures:
        """Its figures in the window."""
        return figures(merged(self.cells), self.days)

    @cached_property
    def before(self) -> Figures:
        """Its figures in the period before."""
        return figures(merged(self.cells_before), self.days)


@dataclass(frozen=True)
class Report:
    """All of it; `trend` are the slices of the window with their beginnings, `lines` the groups, most deployments first."""

    window: Window
    now: Figures
    before: Figures
    trend: list[tuple[datetime, Figures]]
    lines: list[Line]

    @property
    def empty(self) -> bool:
        """Whether nothing was deployed, now or before."""
        return not (self.now.cell.deployments or self.before.cell.deployments)


def build(asked: Asked) -> Report:
    """Six queries."""
    window, starts = asked.window, asked.window.starts
    cells = read.cells(asked.services, window.before, window.until, starts, GROUPS[asked.by])
    slices: dict[int, list[Cell]] = {}
    for (_, number), cell in cells.items():
        slices.setdefault(number, []).append(cell)
    return Report(
        window,
        _figures(cells, range(1, len(starts) + 1), window.days), _figures(cells, (0,), window.days),
        [
            (start, figures(merged(slices.get(number, ())), (end - start).total_seconds() / 86_400))
            for number, (start, end) in enumerate(zip(starts, [*starts[1:], window.until], strict=True), start=1)
        ],
        _lines(cells, window.days),
    )  # fmt: skip


def _figures(cells: dict[Key, Cell], numbers: Iterable[int], days: float) -> Figures:
    wanted = set(numbers)
    return figures(merged(cell for (_, number), cell in cells.items() if number in wanted), days)


def _lines(cells: dict[Key, Cell], days: float) -> list[Line]:
    now: dict[str, list[Cell]] = {}
    before: dict[str, list[Cell]] = {}
    for (key, number), cell in cells.items():
        (now if number else before).setdefault(str(key), []).append(cell)
    lines = [Line(key, days, now.get(key, []), before.get(key, [])) for key in {*now, *before}]
    return sorted(lines, key=lambda line: (-line.deployments, line.key))
