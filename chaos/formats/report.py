"""What came of reading a file: findings with their place, counts, and a draft that a person completes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

LEVELS = BROKEN, REFUSED, WARNING = "broken", "refused", "warning"
MOST_FINDINGS = 300
"""More lines than this help nobody; one more says how many were left out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `broken`: the file must be mended first; `refused`: this part cannot come along."""

    path: str
    level: str
    reason: str
    nearest: str = ""
    line: int = 0

    @property
    def words(self) -> str:
        """Why, and what would be allowed instead."""
        first = self.reason.partition(" ")[0]
        # The name of a module or variable stays as it is written.
        said = self.reason if set("._${") & set(first) else f"{self.reason[:1].upper()}{self.reason[1:]}"
        return f"{said} Nearest that is allowed: {self.nearest}." if self.nearest else said

    @property
    def sentence(self) -> str:
        """The same with what it means, for readers who see no level beside it."""
        if self.level != REFUSED:
            return self.words
        near = f" Nearest that is allowed: {self.nearest}." if self.nearest else ""
        return f"Not allowed here: {self.reason}{near}"


@dataclass(slots=True)
class Findings:
    """Collects every reason, never only the first."""

    rows: list[Finding] = field(default_factory=list)

    def broken(self, path: str, reason: str) -> None:
        """The file cannot be used before this is mended."""
        self.rows.append(Finding(path, BROKEN, reason))

    def refuse(self, path: str, reason: str, nearest: str = "") -> None:
        """This part is not taken over."""
        self.rows.append(Finding(path, REFUSED, reason, nearest))

    def warn(self, path: str, reason: str) -> None:
        """Taken over, but a person should know."""
        self.rows.append(Finding(path, WARNING, reason))

    def refused_below(self, path: str) -> bool:
        """Whether anything at the path or below it was refused."""
        return any(
            row.level != WARNING and (row.path == path or row.path.startswith((f"{path}.", f"{path}[")))
            for row in self.rows
        )

    def totals(self) -> dict[str, int]:
        """How many findings have each level, those included that are not listed."""
        return {level: sum(row.level == level for row in self.rows) for level in LEVELS}

    def placed(self, line_of: Callable[[str], int]) -> tuple[Finding, ...]:
        """The findings with their lines, in the order of the file; where they are too many, the worst of them."""
        worst = sorted(self.rows, key=lambda row: LEVELS.index(row.level))[:MOST_FINDINGS]
        kept = sorted((replace(row, line=line_of(row.path)) for row in worst), key=lambda row: row.line)
        left = len(self.rows) - len(kept)
        if left > 0:
            kept.append(Finding("", WARNING, f"{left} further findings are not listed."))
        return tuple(kept)


@dataclass(frozen=True)
class Imported:
    """A file that was read. `draft` has the fields of an experiment; `to_complete` names what a person has to add.

    `totals` counts the findings of each level; of very many not all are listed in `findings`.
    """

    format: str
    draft: Mapping[str, Any]
    activities: int
    mapped: int
    findings: Sequence[Finding]
    totals: Mapping[str, int]
    to_complete: Sequence[str] = ()
    service: str = ""

    def count(self, level: str) -> int:
        """How many findings have this level."""
        return self.totals[level]

    @property
    def usable(self) -> bool:
        """Whether a draft may be made of it at all."""
        return not self.count(BROKEN) and bool(self.draft.get("method"))

    @property
    def whole(self) -> bool:
        """Whether nothing has to be left out."""
        return self.usable and not self.count(REFUSED)

    def counts(self) -> dict[str, int]:
        """The figures of the report."""
        return {
            "activities": self.activities,
            "mapped": self.mapped,
            "refused": self.count(REFUSED) + self.count(BROKEN),
            "warnings": self.count(WARNING),
        }
