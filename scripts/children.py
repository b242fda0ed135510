"""The processes that the launcher owns: started in their own groups, restarted when they die, all stopped at the end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
QUICK_DEATHS, QUICK_SECONDS = 5, 60.0
TEAR_DOWN_SECONDS = 10.0
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_launcher() -> None:
    """Runs in the new process: on Linux the kernel ends it when the launcher is gone, even by `kill -9`."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process with its log file. `patience` is how many seconds it gets to end by itself."""

    name: str
    command: Sequence[str | Path]
    environment: dict[str, str]
    log: Path
    patience: float = 5.0
    deaths: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in its own session, so that Ctrl-C reaches the launcher alone, which then stops all in order."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_launcher,  # safe: the launcher has one thread
            )

    def ended(self) -> int | None:
        """Exit status (negative: signal) if it is no longer running."""
        return self.process.poll() if self.process else None

    def revive(self) -> str:
        """Start it again after its death. Returns a line for the user. Raises RuntimeError when it keeps dying."""
        status, now = self.ended(), time.monotonic()
        self.kill_group()
        self.deaths = [moment for moment in self.deaths if now - moment < QUICK_SECONDS] + [now]
        if len(self.deaths) >= QUICK_DEATHS:
            raise RuntimeError(f"The {self.name} died {QUICK_DEATHS} times within a minute.\n{self.last_lines()}")
        self.start()
        return f"The {self.name} ended ({describe(status)}) and was started again; its log: {self.log}"

    def ask_to_stop(self) -> None:
        """First step of the end: SIGTERM to the process, which stops its own children."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def await_end(self) -> None:
        """Second step: wait, then kill whatever is left of the group, and see it gone."""
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience)
            self.kill_group()
            self.process.wait()
            self.await_group()

    def await_group(self) -> None:
        """Wait while a killed process of the group is being torn down; a busy machine needs a moment for that."""
        end = time.monotonic() + TEAR_DOWN_SECONDS
        with contextlib.suppress(ProcessLookupError, PermissionError):
            while self.process and time.monotonic() < end:
                os.killpg(self.process.pid, 0)
                time.sleep(0.02)

    def kill_group(self) -> None:
        """Kill the process and all that it left behind in its group."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def last_lines(self, count: int = 12) -> str:
        """The end of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-count:]
        return "\n".join(f"  {self.name}: {line}" for line in lines)


def describe(status: int | None) -> str:
    """An exit status in words."""
    if status is None:
        return "running"
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"


def stop_all(children: Sequence[Child]) -> None:
    """Stop in the given order: each gets its patience, then its whole group is killed."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.await_end()
