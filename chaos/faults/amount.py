"""How many of a service's hosts or tasks go, for faults that take `count` or `percent`."""

from __future__ import annotations

from collections.abc import Iterable

from chaos.engine.selection import TooMany, choose, how_many
from chaos.faults.registry import Arguments


def chosen(names: Iterable[str], arguments: Arguments, salt: str) -> tuple[list[str], str]:
    """The ones that go, and "" or why none may."""
    known = list(names)
    count, percent = arguments.get("count", ""), arguments.get("percent", "")
    try:
        return choose(known, how_many(len(known), count=count, percent=percent), salt), ""
    except TooMany as error:
        return [], f"{error}."
