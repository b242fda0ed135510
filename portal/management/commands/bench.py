"""`manage.py bench [NAME…] [--json]`: measure the portal against its limits."""

from __future__ import annotations

import importlib
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.environment import BASE


class Command(BaseCommand):
    """A module of `benchmarks/` with a function `run()` that yields figures is a benchmark; the others serve them."""

    help = "Run the named benchmarks (all without a name). Exit status 1 if a limit is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        """Names, and the machine-readable form."""
        parser.add_argument("names", nargs="*")
        parser.add_argument("--json", action="store_true", help="one JSON object a figure")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run them one after the other."""
        folder = BASE / "benchmarks"
        known = sorted(path.stem for path in folder.glob("*.py") if "\ndef run(" in path.read_text())
        unknown = set(options["names"]) - set(known)
        if unknown:
            raise CommandError(f"There is no benchmark {', '.join(sorted(unknown))}; there is {', '.join(known)}.")
        broken = 0
        for name in options["names"] or known:
            for figure in importlib.import_module(f"benchmarks.{name}").run():
                broken += not figure.ok
                self.stdout.write(json.dumps(figure.line()) if options["json"] else self.row(figure))
        if broken:
            raise CommandError(f"{broken} figures are beyond their limit.")

    def row(self, figure: Any) -> str:
        """One figure for people."""
        limit = "" if figure.limit is None else f"{'at least' if figure.more_is_better else 'at most'} {figure.limit:g}"
        mark = "  " if figure.ok else "✗ "
        return f"{mark}{figure.figure:<58}{figure.value:>12,.6g} {figure.unit:<14}{limit:<18}{figure.peer}".rstrip()
