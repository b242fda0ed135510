"""`manage.py ingest PATH_OR_URL…`: read descriptor files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from services.descriptors import Problem
from services.imports.reach import Reach, is_address
from services.imports.read_locations import read_by_hand
from services.ingest import Outcome


class Command(BaseCommand):
    """Read catalog-info.yaml files, folders of them, or addresses of hosts on READING_ALLOW."""

    help = "Read catalog-info.yaml files, folders of them, or addresses of hosts on READING_ALLOW."

    def add_arguments(self, parser: CommandParser) -> None:
        """One or more paths or addresses."""
        parser.add_argument("places", nargs="+", metavar="PATH_OR_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Report each file; fail at the end if any document was refused."""
        self.refused = 0
        for place in options["places"]:
            try:
                names, folder = files(place)
                read_by_hand(names, Reach.of_settings(*folder), "ingest", self.told)
            except Problem as problem:
                raise CommandError(f"{place}: {problem}") from problem
        if self.refused:
            word = "problem" if self.refused == 1 else "problems"
            raise CommandError(f"{self.refused} {word}; everything else was stored.")

    def told(self, name: str, outcome: Outcome) -> None:
        """One line for a file, and one for each document that was refused."""
        self.refused += len(outcome.errors)
        self.stdout.write(f"{name}: {outcome.stored} stored, {outcome.unchanged} unchanged, {outcome.removed} removed")
        for report in outcome.errors:
            where = f"{name}:{report.line} {report.field}".rstrip()
            self.stderr.write(f"{where}: {report.reason} {report.remedy}")


def files(place: str) -> tuple[list[str], list[Path]]:
    """The files that `place` names, and the folder that their own references may not leave. All of a folder's YAML files."""
    if is_address(place):
        return [place], []
    path = Path(place)
    if path.is_dir():
        return [str(file) for file in sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")])], [path]
    return [place], [path.parent]
