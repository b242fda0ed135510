"""`manage.py supervise`: recovery without a broker, so that losing Redis does not stop an undo."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

from portal.changes import engine
from portal.jobs import runner


class Command(BaseCommand):
    """Every few seconds: undo what nobody holds, repair lost runs."""

    help = "Undo armed changes whose lease is over and repair lost runs, without a broker."

    def add_arguments(self, parser: CommandParser) -> None:
        """--period seconds, --once."""
        parser.add_argument("--period", type=float, default=5.0, help="seconds between two rounds (default 5)")
        parser.add_argument("--once", action="store_true", help="do one round and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs until stopped."""
        pause = threading.Event()
        while True:
            close_old_connections()
            try:
                undone, repaired = engine.recover(), runner.sweep()
            except Error as error:
                if options["once"]:
                    raise
                undone = repaired = 0
                self.stderr.write(f"The database does not answer, the next round tries again: {error}")
            if undone or repaired or options["once"]:
                self.stdout.write(f"{undone} changes put back, {repaired} runs repaired")
            if options["once"] or pause.wait(options["period"]):
                return
