"""Two workers, a beat, and runs that begin when the benchmark says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import psycopg

from benchmarks.chaos_fleet import CALLS
from benchmarks.portal_process import child
from portal.environment import BASE
from portal.sandbox.gate import Gate

FLEET = "benchmarks.chaos_fleet"
PATIENCE = 120.0
"""Seconds until something that does not happen ends the benchmark."""


class Stage:
    """What a measurement does to the portal, and what it sees of it."""

    def __init__(self, variables: dict[str, str], gate: Gate, runs: int) -> None:
        self._variables, self._gate = variables, gate
        slugs = child(FLEET, variables, "prepare", str(runs))["slugs"]
        self._waiting: list[int] = child(FLEET, variables, "start", *slugs)["runs"]
        self._link = psycopg.connect(variables["DATABASE_URL"], autocommit=True)
        self._link.execute("UPDATE chaos_experimentrun SET due_at = '2100-01-01'")
        self._processes: list[subprocess.Popen[Any]] = []
        self._workers = 0
        beat = ["beat", "--loglevel", "error", "--schedule", f"{variables['COLONNADE_DATA']}/beat"]
        self._start("celery", "-A", "portal", *beat)
        self._worker()
        self._worker()

    def _start(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", module, *arguments]
        quiet = subprocess.DEVNULL
        started = subprocess.Popen(
            command, cwd=BASE, env=self._variables, start_new_session=True, stdout=quiet, stderr=quiet
        )
        self._processes.append(started)

    def _worker(self) -> None:
        self._workers += 1
        names = ["--queues", "default,chaos,rescue", "--hostname", f"chaos{self._workers}@%h", "--loglevel", "critical"]
        self._start("celery", "-A", "portal", "worker", *names, "--pool", "prefork", "--concurrency", "2")

    def next_run(self) -> int:
        """Let the next run begin."""
        run = self._waiting.pop()
        self._link.execute("UPDATE chaos_experimentrun SET due_at = now() WHERE id = %s", [run])
        return run

    def abort(self, run: int) -> None:
        """What the abort button writes."""
        self._link.execute(
            "UPDATE chaos_experimentrun SET abort_by = 'bench', abort_requested_at = now() WHERE id = %s", [run]
        )

    def reach(self, run: int, *states: str) -> None:
        """Wait until the run is in one of these states."""
        self._until(lambda: self._seen(run)[0] in states, f"run {run} to be {' or '.join(states)}")

    def kill_holder(self, run: int) -> None:
        """kill -9 of the whole worker that is at the run; another one is started in its place."""
        pid = int(self._seen(run)[1].rpartition(":")[2])
        family = {pid, psutil.Process(pid).ppid()}
        found = next(process for process in self._processes if process.pid in family)
        os.killpg(found.pid, signal.SIGKILL)
        found.wait()
        self._processes.remove(found)
        self._worker()

    def _seen(self, run: int) -> tuple[str, str]:
        """The run's state and who is at it."""
        row = self._link.execute("SELECT state, holder FROM chaos_experimentrun WHERE id = %s", [run]).fetchone()
        assert row is not None
        return row[0], row[1]

    def hold(self, call: str) -> None:
        """Let this call of the fault wait."""
        self._gate.hold(CALLS[call])

    def open(self, call: str) -> None:
        """Let it pass."""
        self._gate.open(CALLS[call])

    def gate_calls(self, call: str, since: float = 0.0) -> list[float]:
        """When this call came (monotonic seconds)."""
        return self._gate.came(CALLS[call], since)

    def wait_for(self, call: str, since: float) -> float:
        """When this call first came since then."""
        self._until(lambda: self._gate.came(CALLS[call], since), f"the call {call}")
        return self._gate.came(CALLS[call], since)[0]

    def _until(self, what: Callable[[], Any], title: str) -> None:
        end = time.monotonic() + PATIENCE
        while not what():
            if time.monotonic() > end:
                raise RuntimeError(f"waited {PATIENCE:.0f} s in vain for {title}")
            time.sleep(0.05)

    def close(self) -> None:
        """Stop all processes."""
        for process in self._processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._link.close()


@contextmanager
def staged(variables: dict[str, str], gate: Gate, runs: int) -> Iterator[Stage]:
    """A stage that is gone after the block."""
    stage = Stage(variables, gate, runs)
    try:
        yield stage
    finally:
        gate.open()
        stage.close()
