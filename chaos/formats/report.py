"""What came of reading a file: findings with their place, counts, and a draft that a person completes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

BROKEN, REFUSED, WARNING = "broken", "refused", "warning"
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
    def sentence(self) -> str:
        """The finding in words."""
        said = f"not allowed here: {self.reason}" if self.level == REFUSED else self.reason
        said = f"{said[:1].upper()}{said[1:]}"
        return f"{said} Nearest that is allowed: {self.nearest}." if self.nearest else said


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

    def placed(self, line_of: Callable[[str], int]) -> tuple[Finding, ...]:
        """All findings with their lines, in the order of the file."""
        kept = sorted((replace(row, line=line_of(row.path)) for row in self.rows[:MOST_FINDINGS]), key=lambda r: r.line)
        left = len(self.rows) - len(kept)
        if left > 0:
            kept.append(Finding("", WARNING, f"{left} further findings are not listed."))
        return tuple(kept)


@dataclass(frozen=True)
class Imported:
    """A file that was read. `draft` has the fields of an experiment; `to_complete` names what a person has to add."""

    format: str
    draft: Mapping[str, Any]
    activities: int
    mapped: int
    findings: Sequence[Finding] = ()
    to_complete: Sequence[str] = ()
    service: str = ""

    def count(self, level: str) -> int:
        """How many findings have this level."""
        return sum(1 for finding in self.findings if finding.level == level)

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
