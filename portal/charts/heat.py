"""One cell of a heat table: a score with its change, tinted by level, marked when its evidence is not fresh."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HeatCell:
    """A score of 0 to 100 or None, its change in points, its level (good, fair, poor, unknown) and whether it is stale."""

    score: float | None
    delta: float | None = None
    level: str = "unknown"
    stale: bool = False
    url: str = ""

    @property
    def number(self) -> str:
        """The score as written."""
        return "–" if self.score is None else str(round(self.score))

    @property
    def change(self) -> str:
        """The change as written, with a true minus sign; empty when there is nothing to compare with."""
        if self.delta is None or self.score is None:
            return ""
        rounded = round(self.delta)
        if rounded == 0:
            return "±0"
        return f"\u2212{-rounded}" if rounded < 0 else f"+{rounded}"

    @property
    def css(self) -> str:
        """The class that tints the cell."""
        return self.level if self.score is not None and self.level in ("good", "fair", "poor") else "unknown"
