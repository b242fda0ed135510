"""What the person at the terminal sees: seconds per phase, and one live line until the demo organisation is complete."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import urllib.request
from pathlib import Path

# Loopback must never go through a proxy that the environment names.
LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Screen:
    """Prints phases and a line that is rewritten in place on a terminal, and only when it changes elsewhere."""

    def __init__(self) -> None:
        self.started = float(os.environ.get("COLONNADE_STARTED", time.time()))
        self.terminal = sys.stdout.isatty()
        self.shown = ""

    def phase(self, title: str, since: float) -> None:
        """The seconds that a phase took; `since` is a time.time()."""
        self.line(f"  {title:<28}{time.time() - since:6.1f} s")

    def line(self, text: str) -> None:
        """A line that stays."""
        self.clear()
        print(text, flush=True)

    def live(self, text: str) -> None:
        """A line that the next one replaces."""
        if text == self.shown:
            return
        if self.terminal:
            print(f"\r\033[K  {text}", end="", flush=True)
        else:
            print(f"  {text}", flush=True)
        self.shown = text

    def clear(self) -> None:
        """Remove the live line from a terminal."""
        if self.terminal and self.shown:
            print("\r\033[K", end="", flush=True)
        self.shown = ""


def answers(url: str) -> bool:
    """Whether the URL gives a 2xx answer within two seconds."""
    with contextlib.suppress(OSError), LOOPBACK.open(url, timeout=2) as response:
        return bool(200 <= response.status < 300)
    return False


def sandbox_status(url: str) -> dict[str, object]:
    """The sandbox's own account of its seeding; empty while it does not answer."""
    with contextlib.suppress(OSError, ValueError), LOOPBACK.open(f"{url}/_sandbox/status", timeout=2) as response:
        found = json.load(response)
        return found if isinstance(found, dict) else {}
    return {}


def last_event(log: Path, phase: str = "") -> dict[str, object]:
    """The newest complete JSON line of the preparation's log, of this phase where one is named.

    {"phase": …, "done": …, "total": …, "text": …}
    """
    if not log.exists():
        return {}
    for line in reversed(log.read_text(errors="replace").splitlines()):
        with contextlib.suppress(ValueError):
            found = json.loads(line)
            if isinstance(found, dict) and "phase" in found and phase in ("", found["phase"]):
                return found
    return {}


def bar(done: int, total: int, width: int = 20) -> str:
    """A progress bar of fixed width."""
    full = round(width * min(done, total) / total) if total else 0
    return "█" * full + "░" * (width - full)
