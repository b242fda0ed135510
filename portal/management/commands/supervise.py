"""`manage.py supervise`: recovery without a broker, so that losing Redis does not stop an undo."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections, connection

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
        """Runs until stopped; a database that is away for a while does not stop it."""
        if options["once"]:
            self.stdout.write(f"{engine.recover()} changes put back, {runner.sweep()} runs repaired")
            return
        pause, sweeper = threading.Event(), threading.Thread()
        while True:
            self._do(engine.recover, "changes put back")
            # Ringing at a broker that is away takes seconds for each run: an undo must not wait for that.
            if not sweeper.is_alive():
                sweeper = threading.Thread(target=self._sweep, daemon=True)
                sweeper.start()
            pause.wait(options["period"])

    def _sweep(self) -> None:
        self._do(runner.sweep, "runs repaired")
        connection.close()

    def _do(self, work: Callable[[], int], words: str) -> None:
        close_old_connections()
        try:
            if done := work():
                self.stdout.write(f"{done} {words}")
        except Error as error:
            self.stderr.write(f"The database does not answer, the next round tries again: {error}")
