"""Checks in force: what the plugins' `checks.yaml` and people's own checks say becomes immutable `CheckVersion` rows.

A file with a fault never stops the others, and never removes what stood before: the last good version of a faulty check
stays in force, and the fault is reported with its line and column. A check with `enable_on` waits for its day (UTC).
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from portal.plugins import active_plugins
from scorecards.check_files import Fault, Loaded, load_text
from scorecards.engine.judging import circle
from scorecards.models import CheckVersion, OwnCheck

__all__ = [
    "Fault",
    "Loaded",
    "circle_faults",
    "digest",
    "load_all",
    "load_own",
    "load_text",
    "pending",
    "sha_of",
    "sync",
]


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


def load_own() -> list[Loaded]:
    """The last good definitions of the checks that people wrote, by the first word of their ids."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, definition in OwnCheck.objects.filter(withdrawn_at=None).values_list("check_id", "definition"):
        found.setdefault(name.partition(".")[0], {})[name] = definition
    return [Loaded(app, each, (), frozenset(each)) for app, each in found.items()]


def waits(definition: dict[str, Any], today: date) -> bool:
    """Whether the definition's day has not come yet."""
    text: str = definition.get("enable_on") or ""
    return bool(text) and date.fromisoformat(text) > today


def pending(today: date) -> list[dict[str, Any]]:
    """The definitions whose day has not come yet, the nearest first."""
    every = [definition for item in (*load_all(), *load_own()) for definition in item.definitions.values()]
    return sorted((each for each in every if waits(each, today)), key=lambda each: (each["enable_on"], each["id"]))


def circle_faults(loaded: list[Loaded]) -> dict[str, Fault]:
    """A fault for every check of these files that requires itself by a detour, by check id."""
    apps = {name: item.app for item in loaded for name in item.definitions}
    needs = {
        name: list(definition.get("requires") or ()) for item in loaded for name, definition in item.definitions.items()
    }
    found: dict[str, Fault] = {}
    while loop := circle(needs):
        said = f"requires is a circle: {' → '.join([*loop, loop[0]])}; the last good version stays in force"
        found |= {name: Fault(apps[name], 0, 0, f"{name}: {said}") for name in loop}
        needs = {name: each for name, each in needs.items() if name not in loop}
    return found


def sha_of(definition: dict[str, Any]) -> str:
    """The SHA-256 of a definition in canonical JSON."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def sync(now: datetime, loaded: list[Loaded] | None = None) -> str:
    """Bring the rows in line with the files at `now`; returns the digest of all checks in force.

    A check whose definition changed gets a new version; one that left its file, or whose plugin left, is closed.
    """
    loaded = [*load_all(), *load_own()] if loaded is None else loaded
    wanted = {
        name: (item.app, definition)
        for item in loaded
        for name, definition in item.definitions.items()
        if not waits(definition, now.date())
    }
    wrong = circle_faults(loaded)
    wanted = {name: pair for name, pair in wanted.items() if name not in wrong}
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
