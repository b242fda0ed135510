"""Checks as people write them in YAML, read and validated; every fault with its line and column. Never raises."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from scorecards.engine.problem import Problem
from scorecards.engine.validate import problems

SIZE = 512_000
#: Faults beyond those of the grammar, such as facts that nobody announces.
More = Callable[[Mapping[str, Any]], Iterable[Problem]]
Place = tuple[Hashable, ...]


@dataclass(frozen=True)
class Fault:
    """One fault in a file of checks. `line` and `column` count from 1; 0 where the place is not known.

    `file` is what people call the file; a plugin's is `<app>/checks.yaml`.
    """

    app: str
    line: int
    column: int
    message: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.file or f'{self.app}/checks.yaml'}, line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True)
class Loaded:
    """What one plugin's file holds: good definitions by id, faults, and the ids that stand in it at all."""

    app: str
    definitions: dict[str, dict[str, Any]]
    faults: tuple[Fault, ...]
    mentioned: frozenset[str]
    readable: bool = True


def load_text(app: str, text: str, more: More | None = None) -> Loaded:
    """Read the text of a file with the key `checks`."""
    root, data, fault = _parsed(app, text)
    if fault is not None:
        return Loaded(app, {}, (fault,), frozenset(), readable=False)
    if data is None:
        return Loaded(app, {}, (), frozenset())
    entries = data.get("checks") if isinstance(data, dict) else None
    if not isinstance(entries, list) or root is None:
        fault = Fault(app, 1, 1, "the file must have the key checks with a list of checks")
        return Loaded(app, {}, (fault,), frozenset(), readable=False)
    return _checks(app, entries, dict(_places(root)), list(_twice(app, root)), ("checks",), more)


def load_one(app: str, text: str, more: More | None = None) -> Loaded:
    """Read the text of one check: its mapping alone."""
    root, data, fault = _parsed(app, text)
    if fault is not None or root is None or not isinstance(data, dict) or "checks" in data:
        fault = fault or Fault(app, 1, 1, "write one check: a mapping with id, pillar, title, weight, level and when")
        return Loaded(app, {}, (fault,), frozenset(), readable=False)
    places = {(0, *place): where for place, where in _places(root)}
    return _checks(app, [data], places, list(_twice(app, root)), (), more)


def _parsed(app: str, text: str) -> tuple[yaml.Node | None, Any, Fault | None]:
    if len(text) > SIZE:
        return None, None, Fault(app, 0, 0, f"is larger than {SIZE // 1000} KB")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise yaml.YAMLError("references (*name) are not allowed")
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text), None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return None, None, _syntax(app, error)


def _syntax(app: str, error: Exception) -> Fault:
    mark = getattr(error, "problem_mark", None)
    text = getattr(error, "problem", None) or str(error)
    return Fault(app, mark.line + 1 if mark else 0, mark.column + 1 if mark else 0, f"this is not YAML: {text}")


def _checks(
    app: str, entries: list[Any], places: dict[Place, tuple[int, int]], faults: list[Fault], top: Place,
    more: More | None,
) -> Loaded:  # fmt: skip
    good: dict[str, dict[str, Any]] = {}
    mentioned: set[str] = set()
    for number, written in enumerate(entries):
        entry = _plain_days(written)
        name = str(entry.get("id", "")) if isinstance(entry, dict) else ""
        found = problems(entry, app=app)
        found += list(more(entry)) if more is not None and not found else []
        for problem in found:
            line, column = _nearest(places, (*top, number, *problem.field))
            faults.append(Fault(app, line, column, f"{name or f'check {number + 1}'}: {problem}"))
        if name in mentioned:
            line, column = _nearest(places, (*top, number, "id"))
            faults.append(Fault(app, line, column, f"{name}: this id stands in the file twice; the first one counts"))
        elif not found:
            good[name] = entry
        mentioned.add(name)
    return Loaded(app, good, tuple(faults), frozenset(mentioned))


def _plain_days(entry: Any) -> Any:
    """YAML reads 2026-12-01 as a date, which JSON has not."""
    if isinstance(entry, dict) and type(entry.get("enable_on")) is date:
        return {**entry, "enable_on": entry["enable_on"].isoformat()}
    return entry


def _nearest(places: dict[Place, tuple[int, int]], field: Place) -> tuple[int, int]:
    # A key that is missing has no place of its own: the mapping that lacks it is shown.
    while field and field not in places:
        field = field[:-1]
    return places.get(field, (0, 0))


def _places(node: yaml.Node, at: Place = ()) -> Iterator[tuple[Place, tuple[int, int]]]:
    yield at, (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _places(value, (*at, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _places(value, (*at, number))


def _twice(app: str, node: yaml.Node) -> Iterator[Fault]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                mark = key.start_mark
                yield Fault(app, mark.line + 1, mark.column + 1, f"the key {key.value} stands here twice")
            seen.add(str(key.value))
            yield from _twice(app, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(app, value)
