"""The directory of checks (setting SCORECARD_CHECKS): read by a job, so that a Git checkout is the truth.

Every `*.yaml` file holds the key `checks`, ids begin with `repo.`. The last good definition of a faulty check stays; a check
that left all files is withdrawn, unless a file could not be read: it says nothing then.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.access import audit
from portal.jobs.context import JobContext
from scorecards.check_files import Fault, Loaded, load_text
from scorecards.models import FolderReading, OwnCheck
from scorecards.models.own import FOLDER
from scorecards.own.write import REPO, as_text, keep, requirements, rules

FILES = 200
JOB = "scorecards.checks"


def folder() -> str:
    """The directory that is to be read, or ""."""
    return str(getattr(settings, "SCORECARD_CHECKS", "") or "")


def load(place: Path) -> list[Loaded]:
    """The files of a directory, in the order of their names; never raises. An id of an earlier file is taken."""
    if not place.is_dir():
        return [_unreadable(str(place), "is no directory")]
    files = sorted(path for path in place.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())
    if len(files) > FILES:
        return [_unreadable(str(place), f"holds more than {FILES} files")]
    texts = {path: _text(path, place) for path in files}
    known = requirements() | _mentioned(texts)
    taken: dict[str, str] = {}
    return [
        _without_taken(_named(text, str(path.relative_to(place)), known), str(path.relative_to(place)), taken)
        for path, text in texts.items()
    ]


def _text(path: Path, place: Path) -> str | Loaded:
    try:
        if not path.resolve().is_relative_to(place.resolve()):
            return _unreadable(str(path.relative_to(place)), "leads out of the directory")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return _unreadable(str(path.relative_to(place)), f"cannot be read: {error}")


def _mentioned(texts: dict[Path, str | Loaded]) -> dict[str, list[str]]:
    """What the checks of all files require, so that they may require one another."""
    found: dict[str, list[str]] = {}
    for text in texts.values():
        loaded = load_text(REPO, text) if isinstance(text, str) else text
        found |= {name: list(each.get("requires") or ()) for name, each in loaded.definitions.items()}
    return found


def _named(text: str | Loaded, name: str, known: dict[str, list[str]]) -> Loaded:
    loaded = load_text(REPO, text, rules(known)) if isinstance(text, str) else text
    return replace(loaded, faults=tuple(replace(fault, file=name) for fault in loaded.faults))


def _without_taken(loaded: Loaded, file: str, taken: dict[str, str]) -> Loaded:
    twice = {name: taken[name] for name in loaded.definitions if name in taken}
    faults = [
        Fault(REPO, 0, 0, f"{name} stands in {first} already; that one counts", file) for name, first in twice.items()
    ]
    taken |= {name: file for name in loaded.definitions if name not in taken}
    good = {name: each for name, each in loaded.definitions.items() if name not in twice}
    return replace(loaded, definitions=good, faults=(*loaded.faults, *faults))


def _unreadable(file: str, message: str) -> Loaded:
    return Loaded(REPO, {}, (Fault(REPO, 0, 0, message, file),), frozenset(), readable=False)


def take(place: Path, loaded: list[Loaded]) -> dict[str, Any] | None:
    """Bring the rows in line with the files; returns what changed, or None where nothing did."""
    wanted = {name: (each, item) for item in loaded for name, each in item.definitions.items()}
    mentioned = {name for item in loaded for name in item.mentioned}
    readable = all(item.readable for item in loaded)
    faults = [str(fault) for item in loaded for fault in item.faults]
    with transaction.atomic():
        rows = {row.check_id: row for row in OwnCheck.objects.select_for_update().filter(origin=FOLDER)}
        changed = [
            name for name, (each, _item) in wanted.items()
            if name not in rows or rows[name].definition != each or rows[name].withdrawn_at is not None
        ]  # fmt: skip
        for name in changed:
            keep(rows.get(name), wanted[name][0], as_text(wanted[name][0]), FOLDER, "directory")
            audit.record("directory", "check.write", name, severity="medium", origin=FOLDER)
        gone = [name for name, row in rows.items() if readable and name not in mentioned and row.withdrawn_at is None]
        OwnCheck.objects.filter(check_id__in=gone).update(withdrawn_at=timezone.now())
        for name in gone:
            audit.record("directory", "check.withdraw", name, severity="medium", origin=FOLDER)
        FolderReading.objects.update_or_create(
            pk=1, defaults={"folder": str(place), "read_at": timezone.now(), "checks": len(wanted), "faults": faults}
        )
    if not changed and not gone and not faults:
        return None
    return {"checks": len(wanted), "changed": len(changed), "withdrawn": len(gone), "faults": len(faults)}


def run(context: JobContext) -> dict[str, Any] | None:
    """Read the directory, if one is set."""
    place = folder()
    if not place:
        return None
    loaded = load(Path(place))
    context.check()
    return take(Path(place), loaded)
