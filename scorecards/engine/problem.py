"""A fault of a definition and where it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: `field` is the way to it in the definition, such as ("when", "all", 0, "op")."""

    field: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.field).lstrip(".")
        return f"{where}: {self.message}" if where else self.message
