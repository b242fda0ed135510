"""What a benchmark yields."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured value. `limit` is ours (None: only shown), `peer` says what others reach where that is known.

    A figure is good when it is at most the limit, or at least it where `more_is_better`.
    """

    figure: str
    value: float
    unit: str
    limit: float | None = None
    peer: str = ""
    more_is_better: bool = False

    @property
    def ok(self) -> bool:
        """Whether the limit is kept."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.more_is_better else self.value <= self.limit

    def line(self) -> dict[str, Any]:
        """The figure as it is printed with --json."""
        found = asdict(self) | {"ok": self.ok}
        del found["more_is_better"]
        return found
