"""What a running job sees: its arguments, and ways to tell how far it is."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat, Right
from django.utils import timezone

from portal.clock import database_now
from portal.jobs.models import RUNNING, Run

LOG_LIMIT = 20_000


class Cancelled(Exception):
    """Somebody asked for this run to stop."""


class LeaseLost(Exception):
    """Another worker holds this run now; nothing more may be written."""


class JobContext:
    """Handed to `Job.run`. Every write carries the fence token."""

    def __init__(self, run: Run, lease: int) -> None:
        self.run = run
        self.lease = lease
        self.args: dict[str, Any] = run.args
        self.slot: datetime | None = run.slot
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread: threading.Thread | None = None

    def _write(self, **fields: Any) -> None:
        mine = Run.objects.filter(pk=self.run.pk, fence=self.run.fence, state=RUNNING)
        if not mine.update(lease_until=database_now() + timedelta(seconds=self.lease), **fields):
            self._lost.set()
            raise LeaseLost(f"run {self.run.pk} was taken over by another worker")

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Say how far it is; shown live."""
        self._write(progress_done=max(0, done), progress_total=max(0, total), progress_text=text[:300])

    def log(self, text: str) -> None:
        """Append one line to the run's log (the last 20,000 characters stay)."""
        line = f"{timezone.now():%H:%M:%S} {text}\n"
        self._write(log=Right(Concat("log", Value(line)), LOG_LIMIT))

    def check(self) -> None:
        """Raise Cancelled or LeaseLost where the run must stop. Call between steps."""
        if self._lost.is_set():
            raise LeaseLost(f"run {self.run.pk} was taken over by another worker")
        if Run.objects.filter(pk=self.run.pk).exclude(cancel_by="").exists():
            raise Cancelled(f"cancelled by {Run.objects.values_list('cancel_by', flat=True).get(pk=self.run.pk)}")

    def start_heartbeat(self) -> None:
        """Extend the lease from a thread while the job works; the thread costs nothing for short jobs."""
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{self.run.pk}", daemon=True)
        self._thread.start()

    def stop_heartbeat(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _beat(self) -> None:
        beaten = False
        while not self._stop.wait(self.lease / 3):
            beaten = True
            try:
                self._write()
            except LeaseLost:
                break
        if beaten:
            connection.close()
