"""A real portal for a test: `scripts.launch` with a data folder and ports of its own, and what is known of its processes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from scripts.ground import free_port

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Portal:
    """One running launcher."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]
    out: Path
    token: str = ""

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        """All that the launcher printed."""
        return self.out.read_text(errors="replace")

    def logs(self) -> str:
        """The ends of its children's logs: shown when a test fails."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}"
            for path in sorted((self.data / "logs").glob("*"))
        )

    def get(self, path: str) -> Any:
        """JSON of a REST path, with the token where there is one."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with LOOPBACK.open(urllib.request.Request(f"{self.url}{path}", headers=headers), timeout=60) as answer:
            return json.load(answer)

    def tree(self) -> list[psutil.Process]:
        """The launcher's children with theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def find(self, words: str) -> psutil.Process | None:
        """The direct child whose command line holds these words, once it is there."""
        for one in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):  # it may end while it is looked at
                if words in " ".join(one.cmdline()):
                    return one
        return None

    def manage(self, *arguments: str) -> str:
        """Output of a management command on its database."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=environment(self.data), capture_output=True, text=True, check=True, timeout=180,
        )  # fmt: skip
        return done.stdout.strip()

    def stop(self, number: int = signal.SIGINT, patience: float = 120) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return self.process.wait(patience)


def environment(data: Path, **more: str) -> dict[str, str]:
    """The environment of a fresh embedded portal."""
    dropped = {
        "DATABASE_URL",
        "REDIS_URL",
        "AWS_ENDPOINT_URL",
        "PORTAL_PLUGINS",
        "PYTEST_CURRENT_TEST",
        "COLONNADE_STARTED",
    }
    kept = {
        name: value for name, value in os.environ.items() if name not in dropped and not name.startswith("PYTEST_XDIST")
    }
    return {**kept, "COLONNADE_DATA": str(data), **more}


def launch(data: Path, port: int = 0, **more: str) -> Portal:
    """Start a portal; it answers some seconds later."""
    data.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    out = data.with_name(f"{data.name}-{time.monotonic_ns()}.out")
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.launch", "--port", str(port)],
            cwd=ROOT, env=environment(data, **more), stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return Portal(data, port, process, out)


def until(what: Callable[[], Any], seconds: float, portal: Portal, title: str) -> Any:
    """The first true answer within so many seconds; else the test fails with the portal's own words."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if portal.process.poll() is not None:
            raise AssertionError(f"the portal ended while waiting for {title}\n{portal.said()}\n{portal.logs()}")
        try:
            if answer := what():
                return answer
        except (urllib.error.URLError, ConnectionError, TimeoutError, psutil.Error):
            pass
        time.sleep(0.5)
    raise AssertionError(f"{title}: not within {seconds:.0f} s\n{portal.said()}\n{portal.logs()}")


def survivors(processes: list[psutil.Process], seconds: float = 60) -> list[psutil.Process]:
    """Those that still run after so many seconds: a killed process takes a moment to give back its memory."""
    deadline = time.monotonic() + seconds
    while alive := [one for one in processes if runs(one)]:
        if time.monotonic() > deadline:
            return alive
        time.sleep(0.1)
    return []


def runs(process: psutil.Process) -> bool:
    """Whether it is there and not merely waiting to be reaped."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def serving(portal: Portal, seconds: float = 240) -> Portal:
    """Wait until the launcher has printed its address."""
    until(lambda: "Colonnade is at" in portal.said(), seconds, portal, "first page")
    return portal
