"""Checks as the plugins write them: `<app>/checks.yaml` becomes immutable `CheckVersion` rows.

A file with a fault never stops the others, and never removes what stood before: the last good version of a faulty check
stays in force, and the fault is reported with its line and column.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db import IntegrityError, transaction

from portal.plugins import active_plugins
from scorecards.engine.validate import problems
from scorecards.models import CheckVersion

SIZE = 512_000


@dataclass(frozen=True)
class Fault:
    """One fault in a plugin's file. `line` and `column` count from 1; 0 where the place is not known."""

    app: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.app}/checks.yaml, line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True)
class Loaded:
    """What one plugin's file holds: good definitions by id, faults, and the ids that stand in it at all."""

    app: str
    definitions: dict[str, dict[str, Any]]
    faults: tuple[Fault, ...]
    mentioned: frozenset[str]
    readable: bool = True


def load_text(app: str, text: str) -> Loaded:
    """Read one file's text; never raises."""
    if len(text) > SIZE:
        return Loaded(app, {}, (Fault(app, 0, 0, f"is larger than {SIZE // 1000} KB"),), frozenset(), readable=False)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise yaml.YAMLError("references (*name) are not allowed")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return Loaded(app, {}, (_syntax(app, error),), frozenset(), readable=False)
    if data is None:
        return Loaded(app, {}, (), frozenset())
    entries = data.get("checks") if isinstance(data, dict) else None
    if not isinstance(entries, list) or root is None:
        fault = Fault(app, 1, 1, "the file must have the key checks with a list of checks")
        return Loaded(app, {}, (fault,), frozenset(), readable=False)
    return _checks(app, entries, dict(_places(root)), list(_twice(app, root)))


def _syntax(app: str, error: Exception) -> Fault:
    mark = getattr(error, "problem_mark", None)
    text = getattr(error, "problem", None) or str(error)
    return Fault(app, mark.line + 1 if mark else 0, mark.column + 1 if mark else 0, f"this is not YAML: {text}")


def _checks(
    app: str, entries: list[Any], places: dict[tuple[Hashable, ...], tuple[int, int]], faults: list[Fault]
) -> Loaded:
    good: dict[str, dict[str, Any]] = {}
    mentioned: set[str] = set()
    for number, entry in enumerate(entries):
        name = str(entry.get("id", "")) if isinstance(entry, dict) else ""
        found = problems(entry, app=app)
        for problem in found:
            line, column = _nearest(places, ("checks", number, *problem.field))
            faults.append(Fault(app, line, column, f"{name or f'check {number + 1}'}: {problem}"))
        if name in mentioned:
            line, column = _nearest(places, ("checks", number, "id"))
            faults.append(Fault(app, line, column, f"{name}: this id stands in the file twice; the first one counts"))
        elif not found:
            good[name] = entry
        mentioned.add(name)
    return Loaded(app, good, tuple(faults), frozenset(mentioned))


def _nearest(places: dict[tuple[Hashable, ...], tuple[int, int]], field: tuple[Hashable, ...]) -> tuple[int, int]:
    # A key that is missing has no place of its own: the mapping that lacks it is shown.
    while field and field not in places:
        field = field[:-1]
    return places.get(field, (0, 0))


def _places(node: yaml.Node, at: tuple[Hashable, ...] = ()) -> Iterator[tuple[tuple[Hashable, ...], tuple[int, int]]]:
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


@lru_cache(maxsize=64)
def _load_file(app: str, path: str, _modified: int, _size: int) -> Loaded:
    # Keyed by time and size of the file, so that a run every few seconds does not parse what it has parsed.
    try:
        return load_text(app, Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return Loaded(app, {}, (Fault(app, 0, 0, f"cannot be read: {error}"),), frozenset(), readable=False)


def load_all() -> list[Loaded]:
    """The checks of every installed plugin that has a `checks.yaml`."""
    found = []
    for config in active_plugins():
        path = Path(config.path) / "checks.yaml"
        if path.is_file():
            stat = path.stat()
            found.append(_load_file(config.name, str(path), stat.st_mtime_ns, stat.st_size))
    return found


def sha_of(definition: dict[str, Any]) -> str:
    """The SHA-256 of a definition in canonical JSON."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def sync(now: datetime, loaded: list[Loaded] | None = None) -> str:
    """Bring the rows in line with the files at `now`; returns the digest of all checks in force.

    A check whose definition changed gets a new version; one that left its file, or whose plugin left, is closed.
    """
    loaded = load_all() if loaded is None else loaded
    wanted = {name: (item.app, definition) for item in loaded for name, definition in item.definitions.items()}
    # A file that cannot be read says nothing about its checks, so they stay as they are.
    kept = {name for item in loaded for name in item.mentioned}
    unreadable = {item.app for item in loaded if not item.readable}
    standing = {row.check_id: row for row in CheckVersion.objects.standing().defer("definition")}
    changed = {
        name: pair for name, pair in wanted.items() if name not in standing or standing[name].sha != sha_of(pair[1])
    }
    gone = [row for name, row in standing.items() if name not in kept and row.app not in unreadable]
    if changed or gone:
        _write(now, changed, [standing[name] for name in changed if name in standing] + gone)
    return digest()


def _write(now: datetime, changed: dict[str, tuple[str, dict[str, Any]]], closed: list[CheckVersion]) -> None:
    try:
        with transaction.atomic():
            CheckVersion.objects.filter(pk__in=[row.pk for row in closed], valid_to=None).update(
                valid_to=now, active=False
            )
            last = dict(
                CheckVersion.objects.filter(check_id__in=changed).order_by("version").values_list("check_id", "version")
            )
            CheckVersion.objects.bulk_create(
                _row(name, app, definition, last.get(name, 0) + 1, now) for name, (app, definition) in changed.items()
            )
    except IntegrityError:
        # Another worker synchronised at the same moment; what it wrote is the same.
        return


def _row(name: str, app: str, definition: dict[str, Any], version: int, now: datetime) -> CheckVersion:
    return CheckVersion(
        check_id=name, version=version, app=app, definition=definition, sha=sha_of(definition),
        title=definition["title"], pillar=definition["pillar"], weight=definition["weight"],
        level=definition["level"], valid_from=now,
    )  # fmt: skip


def digest() -> str:
    """One hash over all checks in force."""
    rows = CheckVersion.objects.standing().order_by("check_id").values_list("check_id", "version", "sha")
    return hashlib.sha256(json.dumps(list(rows)).encode()).hexdigest()
