"""`manage.py scorecard_checks`: validate a directory of checks, and try it out before it counts."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scorecards.models import OwnCheck
from scorecards.own import folder
from scorecards.own.dry_run import DryRun, dry_run


class Command(BaseCommand):
    """Validate; with `--dry-run` say what each changed check would do; with `--take` put the directory in force."""

    help = "Validate a directory of checks: every fault with file, line and column. Exit code 1 with faults."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`[FOLDER] [--dry-run] [--take]`."""
        parser.add_argument("folder", nargs="?", default="", help="the directory; else the setting SCORECARD_CHECKS")
        parser.add_argument("--dry-run", action="store_true", help="judge every service with each changed check")
        parser.add_argument("--take", action="store_true", help="put it in force, as the job does")

    def handle(self, *args: Any, **options: Any) -> None:
        """Faults first; then what would happen, or what did."""
        text = options["folder"] or folder.folder()
        if not text:
            raise CommandError("Name a directory, or set SCORECARD_CHECKS.")
        place = Path(text)
        loaded = folder.load(place)
        faults = [fault for item in loaded for fault in item.faults]
        for fault in faults:
            self.stderr.write(self.style.WARNING(str(fault)))
        definitions = {name: each for item in loaded for name, each in item.definitions.items()}
        if options["dry_run"]:
            self._try(definitions)
        if options["take"]:
            folder.take(place, loaded)
        self.stdout.write(f"{len(definitions)} checks are good, {len(faults)} faults.")
        if faults:
            raise CommandError("The last good version of every faulty check stays in force.")

    def _try(self, definitions: dict[str, dict[str, Any]]) -> None:
        standing = dict(OwnCheck.objects.filter(withdrawn_at=None).values_list("check_id", "definition"))
        for name, definition in definitions.items():
            if standing.get(name) != definition:
                self._tell(dry_run(definition))

    def _tell(self, found: DryRun) -> None:
        states = ", ".join(f"{state} {before} → {after}" for state, before, after in found.states)
        self.stdout.write(f"{found.check}: {found.services} services: {states or 'none'}")
        self.stdout.write(f"  {found.drops} drop a level, {found.rises} rise")
        for move in found.moves:
            self.stdout.write(f"  {move.service}: {move.before} → {move.after}")
