"""An organisation as a tree, also where somebody wrote a circle into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Branch = tuple[str, int]


def ancestors(parents: Mapping[str, Sequence[str]], start: str) -> list[str]:
    """The way up from `start`, the nearest last; of several parents the first. Ends before it would go round."""
    way: list[str] = []
    name, seen = start, {start}
    while above := [other for other in parents.get(name, ()) if other not in seen]:
        name = above[0]
        seen.add(name)
        way.insert(0, name)
    return way


def branches(children: Mapping[str, Sequence[str]], start: str, most: int) -> list[Branch]:
    """All that is below `start` with its depth (1 for children), each once, parents before children, at most `most`."""
    found: list[Branch] = []
    seen = {start}
    stack = [(name, 1) for name in reversed(children.get(start, ()))]
    while stack and len(found) < most:
        name, depth = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        found.append((name, depth))
        stack += [(below, depth + 1) for below in reversed(children.get(name, ()))]
    return found
