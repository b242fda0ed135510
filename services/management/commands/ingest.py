"""`manage.py ingest PATH_OR_URL…`: read descriptor files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from services.descriptors import LIMITS, Problem
from services.descriptors.fetching import fetch
from services.ingest import ingest


class Command(BaseCommand):
    """Read catalog-info.yaml files, folders of them, or addresses of hosts on READING_ALLOW."""

    help = "Read catalog-info.yaml files, folders of them, or addresses of hosts on READING_ALLOW."

    def add_arguments(self, parser: CommandParser) -> None:
        """One or more paths or addresses."""
        parser.add_argument("places", nargs="+", metavar="PATH_OR_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Report each file; fail at the end if any document was refused."""
        refused = 0
        for place in options["places"]:
            for name, raw in read(place):
                outcome = ingest(raw, name)
                refused += len(outcome.errors)
                self.stdout.write(
                    f"{name}: {outcome.stored} stored, {outcome.unchanged} unchanged, {outcome.removed} removed"
                )
                for report in outcome.errors:
                    where = f"{name}:{report.line} {report.field}".rstrip()
                    self.stderr.write(f"{where}: {report.reason} {report.remedy}")
        if refused:
            raise CommandError(f"{refused} {'problem' if refused == 1 else 'problems'}; everything else was stored.")


def read(place: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file that `place` names. Raises CommandError where nothing can be read."""
    try:
        if "://" in place:
            yield place, fetch(place, settings.READING_ALLOW)
            return
        path = Path(place)
        files = sorted(path.rglob("*.yaml")) + sorted(path.rglob("*.yml")) if path.is_dir() else [path]
        for file in files:
            with file.open("rb") as handle:
                yield str(file), handle.read(LIMITS.bytes + 1)
    except (Problem, OSError) as error:
        raise CommandError(f"{place}: {error}") from error
