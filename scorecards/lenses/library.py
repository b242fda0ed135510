"""Lenses come in as drafts and are published; a version, once in, never changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from portal.access import audit
from scorecards.engine.lens import document, reading
from scorecards.engine.lens.evidence import Links
from scorecards.engine.lens.problems import Findings, Problem
from scorecards.engine.lens.validate import validate
from scorecards.models import Lens, LensVersion

HERE = Path(__file__).parent
OWN = "colonnade"
PORTAL = "portal"


class LensRefused(Exception):
    """The document is no lens; `problems` says why, by path."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems[:3])))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to. `new` is false where this document is a version already."""

    version: LensVersion
    new: bool


def read(raw: bytes | str) -> tuple[Any, Findings]:
    """The document of a file with what was found. Raises LensRefused."""
    try:
        value = reading.read(raw)
    except reading.UnreadableError as error:
        raise LensRefused([Problem("", str(error))]) from error
    found = validate(value)
    if found.errors:
        raise LensRefused(found.errors)
    return value, found


def import_lens(raw: bytes | str, user: Any, key: str = "") -> Imported:
    """Store a lens file as the next draft of the lens with this key (by default made of its name). Raises LensRefused."""
    value, found = read(raw)
    lens_key = slugify(key or value["name"])[:80].strip("-")
    if not lens_key:
        raise LensRefused([Problem("key", "Give the lens a key of letters, digits and dashes, such as our-lens.")])
    sha = hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
    name = user if isinstance(user, str) else user.get_username()
    with transaction.atomic():
        Lens.objects.get_or_create(key=lens_key, defaults={"name": value["name"], "created_by": name})
        lens = Lens.objects.select_for_update().get(key=lens_key)
        before = lens.versions.filter(sha=sha).first()
        if before is not None:
            return Imported(before, new=False)
        newest = lens.versions.first()
        version = LensVersion.objects.create(
            lens=lens,
            number=newest.number + 1 if newest else 1,
            document=reading.write(value),
            sha=sha,
            warnings=[{"path": item.path, "message": item.message} for item in found.warnings],
            questions=document.build(value).size,
            created_by=name,
        )
        lens.name, lens.description = value["name"], value["description"]
        lens.save()
        audit.record(user, "scorecards.lens.import", lens_key, severity="medium", version=version.number, sha=sha)
    return Imported(version, new=True)


def publish(version: LensVersion, user: Any) -> bool:
    """Let reviews use a draft; false where it is published already."""
    with transaction.atomic():
        held = LensVersion.objects.select_for_update().get(pk=version.pk)
        if held.published_at is not None:
            return False
        held.published_at = timezone.now()
        held.published_by = user if isinstance(user, str) else user.get_username()
        held.save(update_fields=["published_at", "published_by"])
        audit.record(user, "scorecards.lens.publish", held.lens.key, severity="medium", version=held.number)
    return True


def current(lens: Lens) -> LensVersion | None:
    """The newest published version."""
    return lens.versions.exclude(published_at=None).first()


def keep_own_lens() -> LensVersion:
    """The portal's own lens, imported and published as this release has it. May be called again at any time."""
    imported = import_lens((HERE / "colonnade.json").read_bytes(), PORTAL, OWN)
    publish(imported.version, PORTAL)
    return imported.version


@cache
def own_links() -> Links:
    """Which checks answer which choices of the portal's own lens."""
    data = reading.read((HERE / "evidence.json").read_bytes())
    return {question: {choice: tuple(ids) for choice, ids in choices.items()} for question, choices in data.items()}


def links(lens: Lens) -> Links:
    """Which checks answer which choices of a lens; other lenses than the portal's own have none."""
    return own_links() if lens.key == OWN else {}
